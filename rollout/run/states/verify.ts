import type { Event } from "../../policy/machine.ts";
import type { RolloutRun } from "../rollout-spec.ts";
import { judge, judged } from "./judge.ts";

/** `verifying`: the candidate's gate at weight 0, which no user meets. */
export async function verify(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  ports.report({ kind: "verifying", colour: spec.candidate });
  const judgement = await judge(run, signal, () => ports.gate.candidate(spec.candidate, !spec.first, signal));
  await judged(run, judgement, 0);
  if (judgement.verdict === "pass")
    await lease.change((record) => ({
      ...record,
      verified: { colour: spec.candidate, release: spec.release, at: ports.clock.now() },
    }));
  return judgement.verdict;
}
