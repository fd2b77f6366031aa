import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { policies } from "./policies.ts";
import { secrets } from "./secrets.ts";
import { type State, secretOf } from "./state.ts";
import { versionOf, versions } from "./versions.ts";

/** Secrets Manager with its inside: values are read without a call, as ECS reads them. */
export interface SecretsManager extends Service {
  /** Value by name, or by ARN with the ending that ECS allows: `:key:stage:version`. Throws when there is none. */
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
  const [, base = ref, key = "", stage = "", version = ""] =
    /^(arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/.exec(ref) ?? [];
  const { text } = versionOf(secretOf(state, base), version || undefined, stage || undefined);
  if (text === undefined) throw new Error(`the secret ${base} has no text value`);
  return key === "" ? text : keyOf(text, key, base);
}

/** One key of a secret's JSON. No error says any of the value: it would stand in the task's reason to stop. */
function keyOf(text: string, key: string, of: string): string {
  const value = fieldsOf(text)?.[key];
  if (value === undefined)
    throw new Error(
      `ResourceInitializationError: unable to pull secrets: retrieved secret ${of} did not contain json key ${key}`,
    );
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fieldsOf(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    // A text that is no JSON has no key.
    return null;
  }
}
