import { Lease } from "../record/lease.ts";
import { adoptInputs } from "./adopt-inputs.ts";
import { createRule } from "./create-rule.ts";
import type { DecidedUp } from "./decided-up.ts";
import { type Outcome, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";

/** No traffic moves. A changed live release, accepted by `allowLiveChange`, is judged all the same, and the verdict is told. */
export async function keep(at: DecidedUp): Promise<Outcome> {
  const { lease, up, cancel } = at;
  const { live } = lease.record;
  const changed = up.inputs.releases[live] !== at.before.slots[live].release;
  await adoptInputs(at);
  if (changed) return runRollout(lease, specOf(up, lease, live, []), cancel);
  return {
    state: "verified",
    asAsked: true,
    why: "no traffic was to be moved",
    record: await lease.end(),
    judgement: null,
  };
}

/** A rule that was destroyed, as a refresh has seen, comes back as it was recorded. */
export async function createRuleAgain(lease: Lease): Promise<void> {
  const { ruleArn } = await createRule(lease, []);
  await lease.change((record) => ({ ...record, ruleArn }));
}
