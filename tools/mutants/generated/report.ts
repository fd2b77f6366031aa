import { shortened } from "../../../domain/wrapped.ts";
import type { GeneratedEnding, GeneratedTried } from "./campaign.ts";
import { lineOf } from "./rooms.ts";

/** A room's mutants, counted by how they ended; rates in percent of those that are no equivalents, null where all are. */
interface GeneratedCount {
  readonly room: string;
  readonly killed: number;
  readonly hung: number;
  readonly byTypes: number;
  readonly survived: number;
  readonly equivalent: number;
  /** Noticed by a test. */
  readonly byTests: number | null;
  /** Noticed by a test or refused by the type check; this one is held to the line. */
  readonly noticed: number | null;
}

/** Counts by room, in the order of the mutants. */
export function countGenerated(all: readonly GeneratedTried[]): GeneratedCount[] {
  return [...Map.groupBy(all, ({ room }) => room)].map(([room, tried]) => countOf(room, tried));
}

function countOf(room: string, tried: readonly GeneratedTried[]): GeneratedCount {
  const of = (ending: GeneratedEnding) => tried.filter((one) => one.ending === ending).length;
  const [killed, hung, byTypes] = [of("killed"), of("hung"), of("by types")];
  const run = tried.length - of("equivalent");
  const percent = (count: number) => (run === 0 ? null : Math.round((count / run) * 1_000) / 10);
  return {
    room,
    killed,
    hung,
    byTypes,
    survived: of("survived"),
    equivalent: of("equivalent"),
    byTests: percent(killed + hung),
    noticed: percent(killed + hung + byTypes),
  };
}

/** A line for each room and one for all of them; below, where each survivor is and what was changed. */
export function renderGenerated(all: readonly GeneratedTried[]): string {
  const named = [
    "room",
    "killed",
    "hung",
    "by types",
    "survived",
    "equivalent",
    "by tests",
    "noticed",
    "line",
  ];
  const rate = (of: number | null) => (of === null ? "–" : `${of} %`);
  const row = (of: GeneratedCount, line: string) => [
    of.room,
    ...[of.killed, of.hung, of.byTypes, of.survived, of.equivalent].map(String),
    rate(of.byTests),
    rate(of.noticed),
    line,
  ];
  const rows = countGenerated(all).map((of) => row(of, `${lineOf(of.room)} %`));
  const table = [named, ...rows, row(countOf("all", all), "")].map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(14) : cell.padStart(11)))
      .join("")
      .trimEnd(),
  );
  return [...table, ...all.filter(({ ending }) => ending === "survived").map(survivorLine)].join("\n");
}

function survivorLine({ file, line, rule, change, tests }: GeneratedTried): string {
  const by = tests === 0 ? "no test file reaches it" : `${tests} test files reach it`;
  return `survived: ${file}:${line} (${rule}; ${by})\n  ${shortened(change, 160)}`;
}

/** One document: the rooms with their lines, and each mutant with what noticed it. */
export function generatedJson(all: readonly GeneratedTried[], seed: number): string {
  const rooms = countGenerated(all).map((of) => ({ ...of, line: lineOf(of.room) }));
  const mutants = all.map(({ room, file, line, lineText, rule, change, ending, by, tests, tookMs }) => ({
    room,
    file,
    line,
    lineText,
    rule,
    change,
    ending,
    by,
    tests,
    tookMs: Math.round(tookMs),
  }));
  return JSON.stringify({ schema: 1, seed, rooms, mutants }, null, 2);
}

/** Rooms of which fewer were noticed than their line, a sentence for each. */
export function belowLine(all: readonly GeneratedTried[]): string[] {
  return countGenerated(all)
    .filter(({ room, noticed }) => noticed !== null && noticed < lineOf(room))
    .map(
      ({ room, noticed, survived }) =>
        `${room}: ${noticed} % noticed, below the line of ${lineOf(room)} %; ${survived} survived`,
    );
}
