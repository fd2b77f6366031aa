import { type Frozen, frozenAt } from "../../domain/freeze.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { type Decision, type Refused, type Situation, refuse } from "./situation.ts";

/** Refuses what would change what users meet while a freeze is on. The way back is always free. */
export function refuseFrozen({ now, request }: Situation, decision: Decision): Refused | null {
  const frozen = frozenAt(request.plan.freezes, now);
  const meets = decision.kind === "shift" || (decision.kind === "nothing" && decision.liveChanged);
  if (frozen === null || !meets || exceptionOf(request.plan, now) !== null) return null;
  return refuse(
    "frozen",
    `The freeze "${frozen.name}" is on until ${isoToTheSecond(frozen.until)}: ${whatStays(decision)} Wait for its end, or write why not to: rollout.throughFreeze {until, why}, which is recorded. Rolling back needs neither.`,
  );
}

const whatStays = (decision: Decision): string =>
  decision.kind === "shift"
    ? `no traffic moves to ${decision.candidate}.`
    : "the live release does not change under its users.";

/** The freeze that an `up` goes through, and why; null: none is on. */
export function passedFreeze({ now, request }: Situation): (Frozen & { readonly why: string }) | null {
  const frozen = frozenAt(request.plan.freezes, now);
  const why = exceptionOf(request.plan, now);
  return frozen === null || why === null ? null : { ...frozen, why };
}

/** Why traffic may move through a freeze now; null: nobody said so, or it has ended. */
function exceptionOf({ throughFreeze }: Situation["request"]["plan"], now: number): string | null {
  return throughFreeze !== undefined && now < Date.parse(throughFreeze.until) ? throughFreeze.why : null;
}
