import type { Check, CheckContext } from "../core/check.ts";
import type { ProbeCount } from "../core/gate-result.ts";
import { judgeBake } from "../core/gate.ts";
import type { Reading } from "../core/reading.ts";
import { worstOf, type Verdict } from "../core/verdict.ts";

/** The result of one run of the command line. */
export interface Run {
  verdict: Verdict;
  readings: Reading[];
  probes: ProbeCount;
  /** Checks of a group that a bare address cannot answer. */
  leftOut: { check: string; why: string }[];
}

/** How long own probes may take to fill the samples. */
const fillWithinMs = 90_000;

/** Reads every check once; those that judge samples are given own probes until they can tell. */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  maxProbesPerSecond: number,
  onReading: (reading: Reading) => void,
): Promise<Run> {
  const sampled = checks.filter((check) => check.probes !== null);
  const single = checks.filter((check) => check.probes === null);
  const [bake, readings] = await Promise.all([
    sampled.length === 0 ? null : fill(sampled, context, maxProbesPerSecond, onReading),
    Promise.all(
      single.map(async (check) => {
        const reading = await check.read(context);
        onReading(reading);
        return reading;
      }),
    ),
  ]);
  const all = [...readings, ...(bake?.readings ?? [])];
  const inOrder = checks.flatMap((check) => all.find((reading) => reading.check === check.name) ?? []);
  return {
    verdict: worstOf(inOrder.map((reading) => reading.verdict)),
    readings: inOrder,
    probes: bake?.probes ?? { sent: 0, ok: 0, costUsd: 0 },
    leftOut: [],
  };
}

async function fill(
  checks: readonly Check[],
  context: CheckContext,
  maxProbesPerSecond: number,
  onReading: (reading: Reading) => void,
) {
  const result = await judgeBake({
    context,
    checks: checks.map((check) => check.name),
    bakeMs: 1_000,
    extendMs: fillWithinMs,
    maxProbesPerSecond,
  });
  for (const reading of result.readings) onReading(reading);
  return result;
}
