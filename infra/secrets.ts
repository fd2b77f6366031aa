import * as secretsmanager from "@pulumi/aws/secretsmanager/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";
import { secretNamesOf } from "./secret-names.ts";

/** ARNs of the secrets the config names. They exist before the stack: their values are nobody's business here. */
export function findSecrets(config: HubConfig): ReadonlyMap<string, pulumi.Output<string>> {
  return new Map(secretNamesOf(config).map((name) => [name, secretsmanager.getSecretOutput({ name }).arn]));
}
