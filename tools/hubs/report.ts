import { wrapped } from "../../domain/wrapped.ts";
import { type Played, scenarioNames } from "./play.ts";

const questions = ["doctor", ...scenarioNames] as const;

/** 0: every server kept everything, or was known not to; 1: one did not; 3: one could not be played. */
export function exitCodeOf(all: readonly Played[]): 0 | 1 | 3 {
  const endings = all.flatMap(({ cells }) => Object.values(cells)).map(({ ending }) => ending);
  if (endings.includes("broken")) return 1;
  return endings.includes("cannot tell") || all.some(({ skipped }) => skipped !== null) ? 3 : 0;
}

/** A line for each server and a column for each question, and below it why what was not kept was not. */
export function tableText(all: readonly Played[]): string {
  const rows = [["", ...questions], ...all.map(rowOf)];
  const widths = ["", ...questions].map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...all.flatMap(reasonsOf)].join("\n");
}

const rowOf = ({ server, skipped, cells }: Played): string[] => [
  server.name,
  ...questions.map((question) => cells[question]?.ending ?? (skipped === null ? "–" : "skipped")),
];

function reasonsOf({ server, skipped, cells }: Played): string[] {
  const whys = Object.entries(cells).filter(([, { why }]) => why !== "");
  const texts = [
    ...(skipped === null ? [] : [`${server.name} was skipped: ${skipped}`]),
    ...whys.map(([question, { ending, why }]) => `${server.name}, ${question}, ${ending}: ${why}`),
  ];
  return texts.map((text) => wrapped(text, 0));
}

/** The same for programs. */
export function documentOf(all: readonly Played[], seed: number): object {
  const servers = all.map(({ server: { name, registry, packages }, ...rest }) => ({
    name,
    registry,
    packages,
    ...rest,
  }));
  return { schema: 1, seed, exitCode: exitCodeOf(all), servers };
}
