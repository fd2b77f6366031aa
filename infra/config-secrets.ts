import { z } from "zod";
import { looksLikeValue, readSecretRef } from "../domain/secret-ref.ts";
import { secretNameWanted, secretRefWanted, secretValueSuspected } from "./config-problems.ts";
import { anyPartition } from "./partition.ts";

/** Where a secret's value is; the value itself stands nowhere in a config. */
export const secretReference = z
  .string()
  .refine((text) => readSecretRef(text) !== null, { error: secretRefWanted, abort: true })
  .refine((text) => !looksLikeValue(text), secretValueSuspected);

/** Name or ARN of the secret that opens a private registry. ECS takes it whole. */
export const registryCredentials = z
  .string()
  .refine((text) => isWholeSecret(text), { error: secretNameWanted, abort: true })
  .refine((text) => !looksLikeValue(text), secretValueSuspected)
  .optional()
  .describe(
    'Secret with `{"username": "…", "password": "…"}` of the registry, for an image that is private there, as a package is that a workflow publishes for the first time. Left out: anybody may pull it, or it is in ECR.',
  );

function isWholeSecret(text: string): boolean {
  const ref = readSecretRef(text);
  return ref?.kind === "secret" && ref.id === text;
}

/** ARNs of keys. */
export const kmsKeys = z
  .array(
    z
      .string()
      .regex(
        new RegExp(`^${anyPartition}:kms:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+$`),
        "must be the ARN of a KMS key",
      ),
  )
  .default([])
  .describe(
    "ARNs of your own KMS keys that parameters of Systems Manager among the secrets are encrypted with. Those of Secrets Manager's secrets are found.",
  );
