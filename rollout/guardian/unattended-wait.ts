import { type Waiting, pausedWords, waitOver, waitingWords } from "../../domain/approval.ts";
import { type Colour, other } from "../../domain/colour.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import { goHome } from "./abandoned.ts";
import type { Guarding, Observation } from "./guarding.ts";
import { decisive } from "./send-back.ts";

/**
 * A step that waits for a person while no `up` does: it is held, and goes home when its candidate breaks, when a person has said no,
 * or when its time is over and the plan says so. No gate is asked here, so nobody is given more weight: the next `up` does that.
 */
export function unattendedWait(
  record: SwitchRecord,
  rule: LiveRule,
  observation: Observation,
): Guarding | null {
  const { rollout, live } = record;
  if (!rollout?.waits) return null;
  const { candidate, waits } = rollout;
  const seen = { record, rule, observation };
  const home = (rejected: string | null, why: string) =>
    goHome(
      seen,
      { to: rollout.rollbackTarget, rejected, ...(rejected === null ? { spared: true } : {}) },
      why,
    );
  const where = `${candidate} waited for approval at ${waits.weight} %`;

  const broken = brokenBy(candidate, observation);
  if (broken !== null) return home(rollout.release, `${where}, and ${broken}`);
  const over = waitOver(waits, observation.now);
  const words = waitingWords(waits, observation.now);
  if (over === "turned-down") return home(rollout.release, `${where}, and was ${words}`);
  if (over === "timed-out" && waits.otherwise === "rollback") return home(null, `${where}: ${words}`);
  if (observation.candidateAlarms.length > 0)
    return {
      kind: "page",
      why: `${observation.candidateAlarms.join(", ")} in ALARM for ${candidate}, which waits for approval at ${waits.weight} %, and for ${live} as well: a provider outage hits both`,
    };
  return (
    lapsed(rollout, waits, observation.now) ?? {
      kind: "watch",
      why: pausedWords(waits, observation.now, record.inputs?.stack),
    }
  );
}

/** What shows that the candidate itself is broken: an alarm that says so, or one that rings for it and not for live. */
function brokenBy(candidate: Colour, { alarms, candidateAlarms, healthy }: Observation): string | null {
  const own = candidateAlarms.filter((kind) => decisive.includes(kind) || !alarms.includes(kind));
  if (own.length > 0) return `${own.join(", ")} in ALARM for ${candidate}`;
  return healthy[candidate] < 1 && healthy[other(candidate)] > 0
    ? `${candidate} has no healthy target`
    : null;
}

/** The time is over and nobody has gone on: a person is told, once. */
function lapsed(rollout: RolloutUnderWay, waits: Waiting, now: number): Guarding | null {
  if (now < waits.until) return null;
  const next =
    waitOver(waits, now) === "go-on" ? "The next pulumi up goes on" : "Approve it, or send everybody home";
  return {
    kind: "page",
    once: true,
    why: `${rollout.candidate} still has ${waits.weight} %: ${waitingWords(waits, now)}. ${next}`,
  };
}
