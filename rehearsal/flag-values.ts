import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { didYouMean } from "../domain/nearest.ts";
import { UsageError } from "../domain/usage-error.ts";
import type { EngineChoice } from "./engine-choice.ts";
import type { RehearsedRelease } from "./rollback-evidence.ts";
import { type Choices, type Scenario, scenarios } from "./scenarios/index.ts";
import type { EngineName } from "./stage/engine.ts";

/** The flags of one rehearsal. */
export interface Flags extends Omit<Choices, "say" | "signal" | "random" | "pace"> {
  readonly engine: EngineChoice;
  readonly names: readonly string[];
  readonly seed: number;
  readonly json: string | null;
  /** Where the results go for people: each `.html` or `.md`. */
  readonly reports: readonly string[];
  /** Where the evidence of the rollback goes, and of which release; null: nowhere. Of none: the one that is played. */
  readonly evidence: { readonly file: string; readonly about: RehearsedRelease | null } | null;
  /** Whether evidence and logs are kept of scenarios that went as promised, too. */
  readonly keep: boolean;
  /** What there is to say before anything starts. */
  readonly notes: readonly string[];
  /** The command line as it was typed. */
  readonly words: readonly string[];
}

/**
 * Checks that a flag's file can be written, before the rehearsal and not after minutes of it. Throws UsageError; `-` of
 * `--json` is standard output.
 */
export async function mustBeWritable(flag: string, path: string | undefined): Promise<void> {
  if (path === undefined || (flag === "--json" && path === "-")) return;
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory() === true)
    throw new UsageError(`${flag} ${path}: that is a folder; name a file in it`);
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
  asked: readonly string[] | undefined,
  engine: EngineName,
  played: readonly Scenario[],
): string[] {
  if (asked === undefined) return played.filter(({ usual }) => usual).map(({ name }) => name);
  const names = asked.flatMap((text) => text.split(",")).map((name) => name.trim());
  return names.flatMap((name) => named(name, engine, played));
}

function named(asked: string, engine: EngineName, played: readonly Scenario[]): string[] {
  if (asked === "all") return played.filter(({ byNameOnly }) => byNameOnly !== true).map(({ name }) => name);
  if (played.some(({ name }) => name === asked)) return [asked];
  const known = [...played.map(({ name }) => name), "all"];
  const there = `there are: ${known.join(", ")}`;
  if (scenarios.some(({ name }) => name === asked))
    throw new UsageError(`the scenario "${asked}" is not played with --engine ${engine}; ${there}`, list);
  const meant = didYouMean(asked, known);
  throw new UsageError(`there is no scenario "${asked}"; ${meant === "" ? there : meant}`, list);
}

/** What shows the names there are. */
const list = "npm run rehearse -- --list";

/** The seed that was given: a whole number below 2^32. Throws UsageError for any other text. */
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

/** The load that was asked for: whole numbers from 1 on, as many as a machine can play. Throws UsageError for any other text. */
export function loadOf(asked: { sessions?: string | undefined; rate?: string | undefined }): Flags["load"] {
  const { sessions, rate } = asked;
  return {
    ...(sessions === undefined ? {} : { sessions: countOf("--sessions", sessions) }),
    ...(rate === undefined ? {} : { rate: countOf("--rate", rate) }),
  };
}

function countOf(flag: string, text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0)
    throw new UsageError(`${flag} is "${text}": give a whole number from 1 to 9999`);
  return Number(text);
}
