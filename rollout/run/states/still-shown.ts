import { type Weights, describeWeights, sameWeights } from "../../../domain/weight.ts";
import { Late } from "../failures.ts";
import type { RolloutRun } from "../rollout-spec.ts";
import { compare } from "../shift.ts";

/** The rule must show what is being baked. Throws Drifted, or Late when it shows what a lost write of ours asked for. */
export async function mustStillShow(run: RolloutRun, weights: Weights): Promise<void> {
  const { lease } = run;
  const { ports } = lease;
  const ours = [weights, ...(lease.record.rollout?.tried ?? [])];
  const live = await compare(ports, ours, weights).catch(async (error) => {
    await lease.confirm(); // whoever took over changed the rule by right: that is no drift
    throw error;
  });
  if (!sameWeights(live.weights, weights))
    throw new Late(
      `an earlier change arrived late and set ${describeWeights(live.weights)} in place of ${describeWeights(weights)}`,
    );
}
