import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../domain/usage-error.ts";
import type { EngineChoice } from "./engine-choice.ts";
import { type Choices, type Scenario, scenarios } from "./scenarios/index.ts";
import type { EngineName } from "./stage/engine.ts";

/** The flags of one rehearsal. */
export interface Flags extends Omit<Choices, "say" | "signal" | "random"> {
  readonly engine: EngineChoice;
  readonly names: readonly string[];
  readonly seed: number;
  readonly json: string | null;
  readonly report: string | null;
}

/** Said before the rehearsal, not after minutes of it. */
export async function mustBeWritable(flag: string, path: string | undefined): Promise<void> {
  if (path === undefined || (flag === "--json" && path === "-")) return;
  const folder = dirname(resolve(path));
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `cannot be written to (${error.code})`;
    throw new UsageError(`${flag} ${path}: the folder ${folder} ${why}`, null, { cause: error });
  });
}

/**
 * Names of the scenarios that were asked for; the usual ones where none was.
 * @param played what this engine plays
 */
export function namesOf(
  asked: string | undefined,
  engine: EngineName,
  played: readonly Scenario[],
): string[] {
  if (asked === undefined) return played.filter(({ usual }) => usual).map(({ name }) => name);
  if (asked === "all") return played.filter(({ byNameOnly }) => byNameOnly !== true).map(({ name }) => name);
  if (played.some(({ name }) => name === asked)) return [asked];
  const there = `there are: ${played.map(({ name }) => name).join(", ")}, all`;
  if (scenarios.some(({ name }) => name === asked))
    throw new UsageError(`the scenario "${asked}" is not played with --engine ${engine}; ${there}`);
  throw new UsageError(`there is no scenario "${asked}"; ${there}`);
}

/** The seed that was given. */
export function seedOf(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 4_294_967_295)
    throw new UsageError(`--seed is "${text}": give a whole number from 0 to 4294967295`);
  return Number(text);
}

/** The part of the scenario "faults" that was asked for; all of it where none was. */
export function shardOf(text = "1/1"): Flags["shard"] {
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (part === undefined || of === undefined || part < 1 || part > of)
    throw new UsageError(`--shard is "${text}": give a part and how many there are, such as 2/8`);
  return { index: part - 1, of };
}
