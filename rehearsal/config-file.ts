import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { UsageError } from "../domain/usage-error.ts";
import { configKeys, parseConfig, typed } from "../infra/config.ts";
import { layConfig, rehearsalBake, rehearsalConfig } from "./stage/config.ts";

/** Stack config from a file. */
export interface ConfigFile {
  /** Whether it is a stack's own, `Pulumi.<stack>.yaml`: one that is deployed elsewhere. */
  readonly ofStack: boolean;
  readonly config: Record<string, unknown>;
}

/**
 * Stack config from a file: keys with or without their namespace, as `Pulumi.<stack>.yaml` has them under `config`. Keys of other
 * namespaces are for others; what is encrypted can't be read without its stack.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `config file ${path}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`,
      null,
      { cause: error },
    );
  });
  let parsed: unknown;
  try {
    parsed = parseYaml(text, { merge: true });
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
  const ofStack = typeof whole["config"] === "object" && whole["config"] !== null;
  const keys = ofStack ? (whole["config"] as Record<string, unknown>) : whole;
  const own = Object.entries(keys).filter(([key]) => /^(?:hub:)?[^:]*$/.test(key));
  const secure = own.flatMap(([key, value]) => secureIn(value, key));
  if (secure.length > 0)
    throw new UsageError(
      `config file ${path}: ${secure.join(", ")} ${secure.length === 1 ? "is" : "are"} encrypted, and only the stack's own ` +
        "key opens that: write a value to rehearse with in its place, or leave it out",
    );
  const config = Object.fromEntries(own.map(([key, value]) => [key.replace(/^hub:/, ""), typed(value)]));
  return { ofStack, config };
}

/** Paths of the values that Pulumi encrypted: an object with `secure` alone. */
function secureIn(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first?.[0] === "secure" && typeof first[1] === "string") return [path];
  return members.flatMap(([name, one]) =>
    secureIn(one, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`),
  );
}

/** Checks a config before any scenario starts: what none could start with is said at once. */
export function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(config).filter((key) => !(configKeys as string[]).includes(key));
  if (unknown.length > 0)
    throw new UsageError(`the config has no key ${unknown.join(", ")}; there are: ${configKeys.join(", ")}`);
  parseConfig(layConfig(rehearsalConfig(8_080, "evidence"), config));
}

/** Keys of a stack's config that are about its places and times; in a rehearsal they are the rehearsal's own. */
const places = [
  "domain",
  "network",
  "access",
  "github",
  "evidence",
  "production",
  "greenWeight",
  "healthCheck",
  "sidecar.peers",
  "sidecar.tokenSecret",
  "rollout.extension",
  "rollout.proofTimeout",
  "rollout.scaleUpDeadline",
  "rollout.drainDeadline",
  "rollout.warmTime",
] as const;

/**
 * A stack's own config as it is rehearsed: without its places and times, its steps held for seconds. Throws ConfigError when it is
 * no valid config as it stands. `aside` names what was put aside.
 */
export function rehearsed(config: Readonly<Record<string, unknown>>): {
  config: Record<string, unknown>;
  aside: readonly string[];
} {
  parseConfig(config);
  const kept = structuredClone(config) as Record<string, Record<string, unknown>>;
  const aside: string[] = places.filter((path) => {
    const [key = "", member] = path.split(".");
    const holder = member === undefined ? kept : kept[key];
    const name = member ?? key;
    if (holder?.[name] === undefined) return false;
    delete holder[name];
    return true;
  });
  const steps = kept["rollout"]?.["steps"] as Record<string, unknown>[] | undefined;
  if (steps !== undefined) {
    for (const step of steps) step["bake"] = rehearsalBake();
    aside.push("rollout.steps' bakes");
  }
  return { config: kept, aside };
}
