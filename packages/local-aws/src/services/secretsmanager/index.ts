import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { policies } from "./policies.ts";
import { secrets } from "./secrets.ts";
import { type State, secretOf } from "./state.ts";
import { versionOf, versions } from "./versions.ts";

/** Secrets Manager with its inside: values are read without a call, as ECS reads them. */
export interface SecretsManager extends Service {
  /** Current value by name or ARN, with the `:key::` ending that ECS allows. Throws when there is none. */
  value(ref: string): string;
}

/** Secrets Manager. Values stay in memory and are never logged. */
export function secretsManager(ids: Ids): SecretsManager {
  const state: State = { ids, tags: new Tags(), secrets: new Map() };
  return {
    signingName: "secretsmanager",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-secrets-manager"),
    handlers: { ...secrets(state), ...versions(state), ...policies(state) },
    value: (ref) => valueOf(state, ref),
  };
}

function valueOf(state: State, ref: string): string {
  const [, base = ref, key = ""] =
    /^(arn:aws:secretsmanager:[^:]+:[^:]+:secret:[^:]+)(?::([^:]*))?/.exec(ref) ?? [];
  const { text } = versionOf(secretOf(state, base), undefined, undefined);
  if (text === undefined) throw new Error(`the secret ${base} has no text value`);
  return key === "" ? text : ((JSON.parse(text) as Record<string, string>)[key] ?? "");
}
