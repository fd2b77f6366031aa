import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AwsError } from "../../error.ts";
import { unzip } from "./unzip.ts";

/** Where the AWS SDK is installed, which is part of Lambda's own runtime. */
const sdk = fileURLToPath(import.meta.resolve("@aws-sdk/client-lambda")).replace(
  /([\\/]node_modules[\\/]@aws-sdk)[\\/].*$/,
  "$1",
);

/** Puts a function's files into its folder; says what is to be said of them. */
export async function store(folder: string, zip: Uint8Array | undefined) {
  if (!zip)
    throw new AwsError(
      "InvalidParameterValueException",
      "The local AWS takes functions as zip files in the request only.",
    );
  await rm(folder, { recursive: true, force: true });
  await provideSdk(join(folder, "node_modules"));
  for (const { path, bytes } of unzip(zip)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return { CodeSha256: createHash("sha256").update(zip).digest("base64"), CodeSize: zip.length };
}

/** A function finds the SDK as on Lambda: without bringing it along. */
async function provideSdk(modules: string): Promise<void> {
  await mkdir(modules, { recursive: true });
  await symlink(sdk, join(modules, "@aws-sdk"), "dir");
}
