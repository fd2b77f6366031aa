import type { Judgement } from "../ports.ts";
import type { RolloutRun } from "../rollout-spec.ts";

/** A gate that breaks could not tell, and says why. */
export async function judge(
  run: RolloutRun,
  signal: AbortSignal,
  take: () => Promise<Judgement>,
): Promise<Judgement> {
  try {
    const judgement = await take();
    // A gate that is interrupted may still say what it has seen: that it failed counts, that it saw too little does not.
    if (judgement.verdict !== "fail") signal.throwIfAborted();
    return judgement;
  } catch (error) {
    signal.throwIfAborted();
    return {
      verdict: "inconclusive",
      why: `the gate itself broke: ${(error as Error).message}`,
      firstBadAt: null,
      decidedAt: run.lease.ports.clock.now(),
    };
  }
}

/** Records a gate's judgement. */
export async function judged(run: RolloutRun, judgement: Judgement, weight: number): Promise<void> {
  run.judgement = judgement;
  run.why = judgement.verdict === "pass" ? "" : judgement.why;
  run.lease.ports.report({ kind: "judged", colour: run.spec.candidate, weight, judgement });
}
