import { z } from "zod";
import { secretNameWanted } from "./config-problems.ts";

/** Name of a Secrets Manager secret; its value stands nowhere in a config. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, secretNameWanted)
  .describe("Name of a Secrets Manager secret; never its value.");

/** Name of the secret that opens a private registry. */
export const registryCredentials = secretName
  .optional()
  .describe(
    'Secret with `{"username": "…", "password": "…"}` of the registry, for an image that is private there, as a package is that a workflow publishes for the first time. Left out: anybody may pull it, or it is in ECR.',
  );
