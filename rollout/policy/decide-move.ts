import { other } from "../../domain/colour.ts";
import type { Step } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { Situation, Decision } from "./situation.ts";
import { weightOf, stepAt, stepsBetween } from "./steps-between.ts";
import { isVerified } from "./verified.ts";

/** The step that the last rollout was held at: it has not passed, and is judged anew before anything follows. */
function heldStep({ last }: SwitchRecord, steps: readonly Step[], at: number): Step[] {
  return last?.outcome === "held" && at > 0 ? [stepAt(steps, at)] : [];
}

/** Where the weight goes: nowhere, towards the candidate, or back. */
export function decideMove({ now, request }: Situation, record: SwitchRecord): Decision {
  const candidate = other(record.live);
  const asked = weightOf(candidate, request.greenWeight);
  const at = record.weights[candidate];
  const releaseChanged = request.releases[candidate] !== record.slots[candidate].release;
  const { previous } = record;
  if (asked < at) return { kind: "rollback", from: candidate, to: weightsFor(candidate, asked) };
  if (
    asked > at &&
    !releaseChanged &&
    previous?.colour === candidate &&
    previous.release === request.releases[candidate] &&
    previous.until > now
  )
    return { kind: "rollback", from: record.live, to: weightsFor(candidate, asked) };
  const verified = isVerified(record, request.releases, candidate);
  if (asked > at)
    return {
      kind: "shift",
      candidate,
      verify: !verified,
      asked,
      steps: [...heldStep(record, request.plan.steps, at), ...stepsBetween(request.plan.steps, at, asked)],
    };
  if (releaseChanged) return { kind: "verify", candidate };
  return {
    kind: "nothing",
    liveChanged: request.releases[record.live] !== record.slots[record.live].release,
  };
}
