import { styleText } from "node:util";
import { columns, shortened, wrapped } from "../../domain/wrapped.ts";
import type { Reading } from "../core/reading.ts";
import type { Verdict } from "../core/verdict.ts";
import { shown, took } from "./figures.ts";
import type { Run } from "./judge.ts";

/** All words of the command line. */

const marks: Record<Verdict, { text: string; colour: "green" | "red" | "yellow" }> = {
  pass: { text: "pass", colour: "green" },
  fail: { text: "FAIL", colour: "red" },
  inconclusive: { text: "????", colour: "yellow" },
};

/**
 * One line for a check: verdict, name, value, limit, sample and time, and why where it fits. What did not pass says why
 * in full, on lines of its own if need be.
 */
export function readingLine(reading: Reading, coloured: boolean, width = 22): string {
  const { text, colour } = marks[reading.verdict];
  const mark = coloured ? styleText(colour, text, { validateStream: false }) : text;
  const unit = reading.unit === "" ? "" : ` ${reading.unit}`;
  const limit = `${shown(reading.value)} (${reading.operator} ${shown(reading.limit)}${unit})`;
  const sample = `${reading.samples} of at least ${shown(reading.minimumSamples)}`;
  const facts = `${reading.check.padEnd(width)}  ${limit} · n ${sample} · ${took(reading.durationMs)}`;
  const room = columns - `${text}  ${facts} · `.length;
  if (reading.why.length <= room) return `${mark}  ${facts} · ${reading.why}`;
  if (reading.verdict !== "pass") return `${mark}  ${facts}\n${wrapped(reading.why, 6)}`;
  const begun = shortened(reading.why, room);
  return begun === "…" ? `${mark}  ${facts}` : `${mark}  ${facts} · ${begun}`;
}

/** The last line of a run: its verdict, how many checks ended how, and what own probes cost. */
export function summaryLine(run: Run, coloured: boolean): string {
  const count = (verdict: Verdict) => run.readings.filter((reading) => reading.verdict === verdict).length;
  const { text, colour } = marks[run.verdict];
  const word = run.verdict === "inconclusive" ? "cannot tell" : text;
  const mark = coloured ? styleText(colour, word, { validateStream: false }) : word;
  const counts = `${count("pass")} passed, ${count("fail")} failed, ${count("inconclusive")} could not tell`;
  const { sent, costUsd } = run.probes;
  const probes = sent === 0 ? "" : `; ${sent} own probes, about $${costUsd.toFixed(2)}`;
  return `${mark}: ${counts}${probes}`;
}

/** One line for a check that was left out, and why. */
export function leftOutLine({ check, why }: Run["leftOut"][number], width = 22): string {
  return `----  ${check.padEnd(width)}  left out: ${why}`;
}

/** What was found of a record's chain, for people. */
export function verificationText(verdict: Verdict, { why, digest }: { why: string; digest: string }): string {
  const hint =
    verdict === "inconclusive" ? "; without --digest nobody can tell a record that was rewritten" : "";
  return `${wrapped(`${verdict}: ${why}${hint}`, 0)}\ndigest ${digest}`;
}
