import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { UsageError } from "../domain/usage-error.ts";
import { configKeys, parseConfig, typed } from "../infra/config.ts";
import { layConfig, rehearsalConfig } from "./stage/config.ts";

/** Stack config from a file: keys with or without their namespace, as `Pulumi.<stack>.yaml` has them under `config`. */
export async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `config file ${path}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`,
      null,
      { cause: error },
    );
  });
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch (error) {
    throw new UsageError(`config file ${path} is neither YAML nor JSON: ${(error as Error).message}`, null, {
      cause: error,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new UsageError(
      `config file ${path} holds no keys; it looks like:\n  hub:\n    healthPath: /api/health`,
    );
  const whole = parsed as Record<string, unknown>;
  const keys =
    typeof whole["config"] === "object" && whole["config"] !== null
      ? (whole["config"] as Record<string, unknown>)
      : whole;
  return Object.fromEntries(
    Object.entries(keys)
      .filter(([key]) => !/^(aws|pulumi):/.test(key))
      .map(([key, value]) => [key.replace(/^hub:/, ""), typed(value)]),
  );
}

/** What no scenario could start with is said before one does. */
export function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(config).filter((key) => !(configKeys as string[]).includes(key));
  if (unknown.length > 0)
    throw new UsageError(`the config has no key ${unknown.join(", ")}; there are: ${configKeys.join(", ")}`);
  parseConfig(layConfig(rehearsalConfig(8_080, "evidence"), config));
}
