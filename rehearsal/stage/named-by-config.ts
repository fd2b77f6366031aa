import { Route53 } from "@aws-sdk/client-route-53";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { LocalAws } from "local-aws";

type Config = Readonly<Record<string, unknown>>;

/** What a stack config names and a person makes before the first deployment. */
export interface Named {
  /** Names of secrets, each once. */
  readonly secrets: readonly string[];
  /** Name of the DNS zone; null: the config names none, or by its id. */
  readonly zone: string | null;
}

/** The secrets and the zone that a stack config names. */
export function namedBy(config: Config): Named {
  const sidecar = member(config, "sidecar");
  const keys = Object.values(member(member(config, "hub"), "secrets"));
  const guarded = sidecar["enabled"] === false ? [] : [sidecar["signingSecret"], sidecar["tokenSecret"]];
  const names = [...keys, ...guarded].filter((name) => typeof name === "string");
  const { zone } = member(config, "domain");
  return {
    secrets: [...new Set(names)],
    zone: typeof zone === "string" && !/^Z[A-Z0-9]+$/.test(zone) ? zone : null,
  };
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
  const manager = new SecretsManager(access);
  try {
    for (const Name of secrets) await manager.createSecret({ Name, SecretString: valueOf(Name) });
  } finally {
    manager.destroy();
  }
  if (zone === null) return;
  const route53 = new Route53(access);
  try {
    await route53.createHostedZone({ Name: zone, CallerReference: "rehearsal" });
  } finally {
    route53.destroy();
  }
}

function member(of: Config, key: string): Config {
  const value = of[key];
  return typeof value === "object" && value !== null ? (value as Config) : {};
}
