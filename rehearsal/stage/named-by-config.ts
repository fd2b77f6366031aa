import { Route53 } from "@aws-sdk/client-route-53";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import type { LocalAws } from "local-aws";
import { endingOf, readSecretRef, secretNameIn } from "../../domain/secret-ref.ts";
import { isZoneId } from "../../domain/zone.ts";
import { secretKeysIn } from "../../infra/secret-names.ts";

type Config = Readonly<Record<string, unknown>>;

/** What a stack config names and a person makes before the first deployment. */
export interface Named {
  /** References to secrets, each once. */
  readonly secrets: readonly string[];
  /** Name of the DNS zone; null: the config names none, or by its id. */
  readonly zone: string | null;
}

/** The secrets and the zone that a stack config names. */
export function namedBy(config: Config): Named {
  const { zone } = member(config, "domain");
  return {
    secrets: [...new Set(secretKeysIn(config).map(({ text }) => text))],
    zone: typeof zone === "string" && !isZoneId(zone) ? zone : null,
  };
}

/** The config with its secrets named as a local account has them, which has no ARN of anybody's: by name. */
export function namedLocally(config: Config): Config {
  const local = structuredClone(config) as Record<string, unknown>;
  for (const { path, text } of secretKeysIn(config)) {
    const [key = "", ...above] = path.toReversed();
    const holder = above.toReversed().reduce((at, name) => at[name] as typeof local, local);
    holder[key] = byName(text);
  }
  return local;
}

/** A reference without region and account; what is none is left for the config's own schema to refuse. */
function byName(text: string): string {
  const ref = readSecretRef(text);
  if (ref === null || !ref.id.startsWith("arn:")) return text;
  const name = ref.id.replace(/^arn(?::[^:]*){5}:/, "");
  if (ref.kind === "secret") return `${secretNameIn(name)}${endingOf(ref)}`;
  return `ssm:${name.replace(/^parameter/, "")}`;
}

/**
 * Makes the named secrets and zone in a local account, as a person does on AWS. @param valueOf the value of a secret, by its
 * name
 */
export async function makeNamed(
  { endpoint, env }: LocalAws,
  { secrets, zone }: Named,
  valueOf: (name: string) => string,
): Promise<void> {
  const access = {
    region: "us-east-1",
    endpoint,
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  };
  const { texts, parameters } = valuesOf(secrets, valueOf);
  const manager = new SecretsManager(access);
  const store = new SSM(access);
  try {
    for (const [Name, SecretString] of texts) await manager.createSecret({ Name, SecretString });
    for (const [Name, Value] of parameters) await store.putParameter({ Name, Value, Type: "SecureString" });
  } finally {
    manager.destroy();
    store.destroy();
  }
  if (zone === null) return;
  const route53 = new Route53(access);
  try {
    await route53.createHostedZone({ Name: zone, CallerReference: "rehearsal" });
  } finally {
    route53.destroy();
  }
}

/** The text of each secret and parameter, by name. A secret of which keys are asked is an object with those. */
function valuesOf(
  refs: readonly string[],
  valueOf: (ref: string) => string,
): { texts: ReadonlyMap<string, string>; parameters: ReadonlyMap<string, string> } {
  const whole = new Map<string, string>();
  const keyed = new Map<string, Record<string, string>>();
  const parameters = new Map<string, string>();
  for (const text of refs) {
    const ref = readSecretRef(text);
    if (ref === null) continue;
    if (ref.kind === "parameter") parameters.set(ref.id, valueOf(text));
    else if (ref.key === "") whole.set(ref.id, valueOf(text));
    else keyed.set(ref.id, { ...keyed.get(ref.id), [ref.key]: valueOf(text) });
  }
  const objects = [...keyed].map(([id, fields]) => [id, JSON.stringify(fields)] as const);
  return { texts: new Map([...whole, ...objects]), parameters };
}

function member(of: Config, key: string): Config {
  const value = of[key];
  return typeof value === "object" && value !== null ? (value as Config) : {};
}
