import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { describeWeights, type Weights } from "../../domain/weight.ts";
import { OtherTasks } from "../run/failures.ts";
import type { Ports } from "../run/ports.ts";
import type { Proof } from "../run/prove.ts";
import { withRetries } from "../run/retry.ts";
import { type ProofTime, takeTrafficOver } from "../run/take-over.ts";
import { guard } from "./decision.ts";
import type { Revived, Guarding, Observation } from "./guarding.ts";
import { page } from "./page.ts";
import type { Acting, GuardianPorts } from "./ports.ts";
import { runsAnother } from "./revived.ts";

/**
 * Takes over only while the same situation still holds: an `up` that came in between keeps its lease. Once the rule shows the way
 * home a person is told, and then it is proved for as long as there is time.
 */
export async function takeTrafficBack(
  { ports, guardian, name }: Acting,
  decided: Extract<Guarding, { kind: "rollback" }>,
  observation: Observation,
): Promise<void> {
  const choose = (record: SwitchRecord) => {
    const now = guard(
      record,
      { weights: record.weights, foreign: [] },
      { ...observation, now: ports.clock.now() },
    );
    return now.kind === "rollback" ? now.rollback : null;
  };
  const told: Promise<void>[] = [];
  const tell = (subject: string, text: string) => {
    const telling = page(ports, guardian, subject, `${decided.why}. ${text}`);
    telling.catch(() => undefined); // it is waited for below: the proof does not wait for a mail
    told.push(telling);
  };
  const taken = await takeTrafficOver(
    ports,
    choose,
    { who: name, why: decided.why },
    () => proofTime(guardian.left()),
    {
      mayGo: mustStillRun(ports, guardian, decided.revives),
      onSet: (weights) =>
        tell("Traffic was rolled back", `The balancer has ${describeWeights(weights)} now.`),
    },
  );
  if (taken?.proof?.proved === false)
    tell("A rollback is not seen in traffic", unseen(taken.record.weights, taken.proof));
  await Promise.all(told);
}

/** A proof's time out of what a tick has left: the record must be written behind it, and a last round of answers fit into it. */
function proofTime(leftMs: number): ProofTime {
  const mostMs = Math.max(0, leftMs - 2 * limits.guardianReserveMs);
  return {
    timeoutMs: Math.max(0, Math.min(limits.guardianProofMs, mostMs - limits.guardianReserveMs)),
    mostMs,
  };
}

const unseen = (weights: Weights, { why }: Extract<Proof, { proved: false }>) =>
  `The balancer has ${describeWeights(weights)} and was not seen to do it: ${why}.`;

/**
 * A look at the slot that gets weight from nothing, right before it does: somebody may have deployed into it since the observation.
 * Throws OtherTasks; the next tick finds the same and pages.
 */
export function mustStillRun(
  ports: Ports,
  guardian: GuardianPorts,
  slot: Revived | null,
): () => Promise<void> {
  return async () => {
    if (slot === null) return;
    const another = runsAnother(slot, await withRetries(ports, () => guardian.running(slot.colour)));
    if (another) throw new OtherTasks(another);
  };
}
