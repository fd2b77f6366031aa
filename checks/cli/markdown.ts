import type { Value } from "../core/reading.ts";
import { shown, took } from "./figures.ts";
import type { Run } from "./judge.ts";
import { summaryLine } from "./report.ts";

/** The result as a page of Markdown. */
export function markdown(target: string, at: string, run: Run): string {
  const cell = (of: Value) => shown(of).replaceAll("|", "\\|");
  const rows = run.readings.map(
    (of) =>
      `| ${of.verdict} | ${of.check} | ${cell(of.value)} | ${of.operator} ${cell(of.limit)} ${of.unit} | ${of.samples} of ${shown(of.minimumSamples)} | ${took(of.durationMs)} | ${cell(of.why)} |`,
  );
  const leftOut = run.leftOut.map((of) => `- ${of.check}: left out, ${of.why}`);
  return [
    `# Checks of ${target}`,
    `${at}: ${summaryLine(run, false)}`,
    [
      "| verdict | check | value | limit | samples | took | why |",
      "|---|---|---|---|---|---|---|",
      ...rows,
    ].join("\n"),
    ...(leftOut.length > 0 ? [leftOut.join("\n")] : []),
    "",
  ].join("\n\n");
}
