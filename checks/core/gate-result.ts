import type { Check, CheckContext } from "./check.ts";
import type { Reading } from "./reading.ts";
import { type Verdict, worstOf } from "./verdict.ts";

/** Own probes of a judgement: how many, how many answered well, and what their analyses cost by estimate. */
export interface ProbeCount {
  sent: number;
  ok: number;
  costUsd: number;
}

/** The verdict of all checks of a gate. */
export interface GateResult {
  verdict: Verdict;
  /** The last reading of every check, in the order they were asked for. */
  readings: Reading[];
  /** One sentence with the numbers of what decided. */
  why: string;
  /** When the first bad answer of the slot under test was seen, milliseconds since the epoch; null: none. */
  firstBadAt: number | null;
  /** When the verdict stood, milliseconds since the epoch. */
  decidedAt: number;
  probes: ProbeCount;
}

/** What the own probes were and cost, said with every verdict they had a part in. */
export function probeWords({ sent, costUsd }: ProbeCount): string {
  return sent === 0 ? "" : `; ${sent} own probes, about $${costUsd.toFixed(2)}`;
}

/** The result of a gate, folded from the last reading of each of its checks. What is advisory is told beside what decided. */
export function resultOf(
  context: CheckContext,
  checks: readonly Check[],
  latest: ReadonlyMap<string, Reading>,
  probes: ProbeCount,
): GateResult {
  const readings = checks.flatMap((check) => latest.get(check.name) ?? []);
  const deciding = readings.filter(({ advisory }) => advisory !== true);
  const missing = checks.filter((check) => !latest.has(check.name)).map((check) => check.name);
  const known = worstOf(deciding.map((reading) => reading.verdict));
  const verdict = missing.length > 0 ? worstOf([known, "inconclusive"]) : known;
  const decisive = deciding.filter((reading) => reading.verdict === verdict && verdict !== "pass");
  const sentences = decisive.map((reading) => `${reading.check}: ${reading.why}`);
  if (missing.length > 0 && verdict === "inconclusive") sentences.push(`not judged: ${missing.join(", ")}`);
  const told = readings.filter((reading) => reading.advisory === true && reading.verdict !== "pass");
  return {
    verdict,
    readings,
    why: [
      verdict === "pass" ? passWords(deciding) : sentences.join("; "),
      ...told.map(
        (reading) => `${reading.check}, which only advises, says ${reading.verdict}: ${reading.why}`,
      ),
    ].join("; "),
    firstBadAt: context.samples.firstBadAt(
      context.slot,
      context.since,
      context.thresholds.analysisLatencyP95Ms,
    ),
    decidedAt: context.now(),
    probes,
  };
}

/** The judgement on the largest sample stands for the others. */
function passWords(readings: readonly Reading[]): string {
  const largest = readings.reduce((a, b) => (b.samples > a.samples ? b : a));
  return `${readings.length === 1 ? "the one check passes" : `all ${readings.length} checks pass`}; ${largest.check}: ${largest.why}`;
}
