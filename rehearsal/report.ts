import { columns, shortened, wrapped } from "../domain/wrapped.ts";
import { type Word as Said, headline, shownFigures, wordOf as saidOf } from "./report/shown.ts";
import type { WrittenEvidence } from "./rollback-evidence.ts";
import type { ScenarioResult } from "./scenarios/result.ts";

/** A scenario in lines for people: its promise, whether it held, and each figure. What broke is told whole. */
export function describeScenario(result: ScenarioResult, colour: boolean): string {
  const { requests, sessions, timings } = result;
  const lines = [
    wrapped(`${result.name}: ${result.promise}`, 0),
    ...result.held.map(({ what, saw, ok }) =>
      ok ? line("kept", `${what}: ${saw}`, colour) : whole(wordOf(result, ok), `${what}: ${saw}`, colour),
    ),
    shortened(
      `  ${requests.sent} requests, ${requests.lost} lost, ${requests.hurt} hurt; ${sessions.opened} sessions, ${sessions.broken} broken; ${(timings.totalMs / 1_000).toFixed(1)} s`,
      columns,
    ),
    ...(result.figures === undefined ? [] : [wrapped(figuresLine(result), 2)]),
    ...(result.inconclusive === undefined ? [] : [whole("?", result.inconclusive, colour)]),
  ];
  return lines.join("\n");
}

/** The last lines: what was promised and whether it held. */
export function describeAll(results: readonly ScenarioResult[], colour: boolean): string {
  const lines = results.map((result) => {
    const { name, asPromised, outcome, promise } = result;
    return line(wordOf(result, asPromised), `${name} (${outcome.replaceAll("-", " ")}): ${promise}`, colour);
  });
  return ["", headline(results), ...lines, ...figuresTable(results)].join("\n");
}

/** What is not said in the line above it. */
function figuresLine(result: ScenarioResult): string {
  const told = ["requests hurt", "sessions hurt", "time to detect", "traffic home", "false alarms"];
  return shownFigures(result)
    .filter(({ name }) => told.includes(name))
    .map(({ name, value }) => `${name} ${value}`)
    .join("; ");
}

/** Every scenario's figures below each other; nothing where no scenario has any. */
function figuresTable(results: readonly ScenarioResult[]): string[] {
  const played = results.filter(({ figures }) => figures !== undefined);
  if (played.length === 0) return [];
  const rows = [
    ["", ...columnsOf.map(([, head]) => head)],
    ...played.map((result) => {
      const values = new Map(shownFigures(result).map(({ name, value }) => [name, value]));
      // Shares stand with each scenario's own lines: a line here has to fit a terminal.
      return [result.name, ...columnsOf.map(([name]) => values.get(name)?.replace(/ \(.*/, "") ?? "")];
    }),
  ];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length))) ?? [];
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  return ["", ...rows.map((row) => `  ${lineOf(row)}`)];
}

/** Figures that the last table has, under heads that let it fit a terminal. */
const columnsOf = [
  ["requests", "requests"],
  ["requests hurt", "hurt"],
  ["sessions", "sessions"],
  ["sessions hurt", "hurt"],
  ["time to detect", "detected"],
  ["traffic home", "home"],
  ["lost", "lost"],
  ["broken", "broken"],
  ["false alarms", "false"],
] as const;

/** What became of the evidence that was asked for; null: it was not written. */
export function describeEvidence(file: string, written: WrittenEvidence | null): string {
  if (written === null)
    return wrapped(`no evidence in ${file}: the rollback did not go as it was promised`, 0);
  const { release, stack, image, digest } = written;
  return [
    `evidence of a rollback of release ${release} of ${stack}, in ${file}`,
    `  image  ${image}`,
    `  digest ${digest}`,
  ].join("\n");
}

/** Exit code of a rehearsal: what broke on a machine that kept up outranks what could not be told. */
export function exitCodeOf(results: readonly ScenarioResult[]): 0 | 1 | 3 {
  const broken = results.filter(({ asPromised }) => !asPromised);
  if (broken.some(({ inconclusive }) => inconclusive === undefined)) return 1;
  return broken.length > 0 ? 3 : 0;
}

/** What is not known stands as a question in the column of kept and broken. */
type Word = Exclude<Said, "cannot tell"> | "?";

const colours: Readonly<Record<Word, number>> = { kept: 32, BROKEN: 31, "?": 33 };

function wordOf(result: ScenarioResult, ok: boolean): Word {
  const said = saidOf(result, ok);
  return said === "cannot tell" ? "?" : said;
}

/** Columns before what a line says. */
const margin = 9;

function line(word: Word, text: string, colour: boolean): string {
  return `  ${paint(word, colour)} ${shortened(text, columns - margin)}`;
}

function whole(word: Word, text: string, colour: boolean): string {
  return `  ${paint(word, colour)} ${wrapped(text, margin).trimStart()}`;
}

function paint(word: Word, colour: boolean): string {
  const padded = word.padEnd(6);
  return colour ? `\u001b[${colours[word]}m${padded}\u001b[0m` : padded;
}
