import { other } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { Situation, Decision } from "./situation.ts";
import { weightOf, stepsBetween } from "./steps-between.ts";
import { isVerified } from "./verified.ts";

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
      steps: stepsBetween(request.plan.steps, at, asked),
    };
  if (releaseChanged) return { kind: "verify", candidate };
  return {
    kind: "nothing",
    liveChanged: request.releases[record.live] !== record.slots[record.live].release,
  };
}
