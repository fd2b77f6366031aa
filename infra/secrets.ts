import * as secretsmanager from "@pulumi/aws/secretsmanager/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";

/** ARNs of the secrets the config names. They exist before the stack: their values are nobody's business here. */
export function findSecrets({ hub, sidecar }: HubConfig): ReadonlyMap<string, pulumi.Output<string>> {
  const names = [
    ...Object.values(hub.secrets),
    ...(sidecar.enabled ? [sidecar.signingSecret, sidecar.tokenSecret] : []),
  ];
  const wanted = [...new Set(names.filter((name) => name !== undefined))];
  return new Map(wanted.map((name) => [name, secretsmanager.getSecretOutput({ name }).arn]));
}
