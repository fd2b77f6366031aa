import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { OtherTasks } from "../run/failures.ts";
import type { Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { takeTrafficOver } from "../run/take-over.ts";
import { guard } from "./decision.ts";
import type { Revived, Guarding, Observation } from "./guarding.ts";
import { page } from "./page.ts";
import type { GuardianPorts } from "./ports.ts";
import { runsAnother } from "./revived.ts";
import { nameOf } from "./under-lease.ts";

/** Takes over only while the same situation still holds: an `up` that came in between keeps its lease. */
export async function takeTrafficBack(
  ports: Ports,
  guardian: GuardianPorts,
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
  const taken = await takeTrafficOver(
    ports,
    choose,
    { who: nameOf(ports), why: decided.why },
    limits.guardianProofMs,
    mustStillRun(ports, guardian, decided.revives),
  );
  if (taken === null) return;
  const proof = taken.proof?.proved === true ? "proved in traffic" : "not yet proved in traffic";
  await page(
    ports,
    guardian,
    "Traffic was rolled back",
    `${decided.why}. blue ${taken.record.weights.blue} · green ${taken.record.weights.green}, ${proof}.`,
  );
}

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
