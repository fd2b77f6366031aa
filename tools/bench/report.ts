import { holds, type Figure } from "./bench.ts";

/** A bench's result: its figures, and how long they took. */
export interface BenchResult {
  name: string;
  title: string;
  tookMs: number;
  figures: Figure[];
}

/** Widths of the table's columns; with the gaps it is at most 100 wide. */
const widths = { figure: 44, value: 14, limit: 18, verdict: 6 } as const;

/** A table of at most 100 columns per bench; notes stand below their figure. */
export function renderTable(results: readonly BenchResult[]): string {
  const lines: string[] = [];
  for (const { name, title, tookMs, figures } of results) {
    lines.push(`${name}: ${title} (took ${(tookMs / 1_000).toFixed(1)} s)`);
    for (const figure of figures) {
      lines.push(
        [
          "",
          cut(figure.name, widths.figure).padEnd(widths.figure),
          `${formatValue(figure.value)} ${figure.unit}`.padStart(widths.value),
          limitOf(figure).padEnd(widths.limit),
          verdictOf(figure),
        ]
          .join("  ")
          .trimEnd(),
      );
      if (figure.note !== undefined) lines.push(...wrap(figure.note, 92).map((line) => `      ${line}`));
    }
    lines.push("");
  }
  return lines.join("\n");
}

/**
 * The same as data: `{"schema": 1, "benches": [{"name", "figures": [{"name", "value", "unit", "held"}]}], "worse": []}`.
 * @param worse sentences on ratios that are worse than the accepted ones
 */
export function renderJson(
  results: readonly BenchResult[],
  machine: object,
  worse: readonly string[] = [],
): string {
  const benches = results.map(({ name, title, tookMs, figures }) => ({
    name,
    title,
    tookMs: Math.round(tookMs),
    figures: figures.map((figure) => ({ ...figure, held: holds(figure) })),
  }));
  return JSON.stringify({ schema: 1, machine, benches, worse }, null, 2);
}

function limitOf({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `at most ${formatValue(atMost)}`;
  if (atLeast !== undefined) return `at least ${formatValue(atLeast)}`;
  return "";
}

function verdictOf(figure: Figure): string {
  if (figure.atMost === undefined && figure.atLeast === undefined) return "";
  return holds(figure) ? "held" : "BROKEN";
}

/** Three figures that matter, whole numbers from 100 on. */
function formatValue(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return String(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
