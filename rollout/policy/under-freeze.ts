import { type Frozen, frozenAt } from "../../domain/freeze.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { type Decision, type Situation, refuse } from "./situation.ts";

/**
 * A decision while a freeze may be on: what would change what users meet is refused, or goes through it with its reason. The way back
 * is always free.
 */
export function underFreeze({ now, request: { plan } }: Situation, decision: Decision): Decision {
  const frozen = frozenAt(plan.freezes, now);
  if (frozen === null) return decision;
  const why = exceptionOf(plan, now);
  if (decision.kind === "shift" || decision.kind === "resume")
    return why === null
      ? refuseIn(frozen, `no traffic moves to ${decision.candidate}.`)
      : { ...decision, through: { name: frozen.name, why } };
  const changesLive = decision.kind === "nothing" && decision.liveChanged;
  return changesLive && why === null
    ? refuseIn(frozen, "the live release does not change under its users.")
    : decision;
}

const refuseIn = ({ name, until }: Frozen, whatStays: string): Decision =>
  refuse(
    "frozen",
    `The freeze "${name}" is on until ${isoToTheSecond(until)}: ${whatStays} Wait for its end, or write why not to: rollout.throughFreeze {until, why}, which is recorded. Rolling back needs neither.`,
  );

/** Why traffic may move through a freeze now; null: nobody said so, or it has ended. */
function exceptionOf({ throughFreeze }: Situation["request"]["plan"], now: number): string | null {
  return throughFreeze !== undefined && now < Date.parse(throughFreeze.until) ? throughFreeze.why : null;
}
