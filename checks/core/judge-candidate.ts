import type { Check, CheckContext } from "./check.ts";
import type { GateOptions } from "./gate-options.ts";
import { type GateResult, resultOf } from "./gate-result.ts";
import { during, marked } from "./gate.ts";
import type { Reading } from "./reading.ts";
import { findChecks } from "./registry.ts";
import { Reporter } from "./reporter.ts";
import { worstOf } from "./verdict.ts";

/** What the candidate's gate at weight 0 is judged with. */
export interface CandidateOptions extends GateOptions {
  /** How long the slot may take to have healthy targets and a ready hub, milliseconds. */
  readyWithinMs?: number;
}

/** Checks that the others build on, in this order. */
const groundwork = ["target-health", "hub-ready"];
const retryEveryMs = 500;

/** Judges the candidate at weight 0, through the probe header: first that it is up, then everything else at once. */
export async function judgeCandidate(options: CandidateOptions): Promise<GateResult> {
  const { checks, readyWithinMs = 30_000 } = options;
  const context = during(options);
  const all = findChecks(checks, context.commands);
  const reporter = new Reporter(options.onReading);
  const latest = new Map<string, Reading>();
  const deadline = context.now() + readyWithinMs;

  for (const check of all.filter((of) => groundwork.includes(of.name))) {
    const reading = marked(options, await readUntilPass(check, context, deadline));
    latest.set(check.name, reading);
    reporter.take(reading);
  }
  const deciding = [...latest.values()].filter(({ advisory }) => advisory !== true);
  const up = worstOf(deciding.map((reading) => reading.verdict));
  const rest = all.filter((check) => !latest.has(check.name));
  if (latest.size === 0 || up === "pass")
    await Promise.all(
      rest.map(async (check) => {
        const reading = marked(options, await check.read(context));
        latest.set(check.name, reading);
        reporter.take(reading);
      }),
    );
  return resultOf(context, all, latest, { sent: 0, ok: 0, costUsd: 0 });
}

async function readUntilPass(check: Check, context: CheckContext, deadline: number): Promise<Reading> {
  for (;;) {
    const reading = await check.read(context);
    if (reading.verdict === "pass" || context.now() >= deadline || context.signal.aborted) return reading;
    await context.sleep(retryEveryMs, context.signal);
  }
}
