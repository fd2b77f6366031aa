import { isDeepStrictEqual } from "node:util";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { type Arriving, leavingAfter } from "../policy/leaving.ts";
import { writeOrSee } from "../record/conditional-write.ts";
import { Refusal } from "./failures.ts";
import type { Clock, Store } from "./ports.ts";
import { readSettled } from "./settled.ts";

/** Where it is told, and when. */
export interface Telling {
  readonly store: Store;
  readonly clock: Clock;
  readonly stack: string;
}

/** Whether the record tells already all that it should of releases that leave. */
export const isTold = (record: SwitchRecord, arriving: Arriving, now: number): boolean =>
  isDeepStrictEqual(record.leaving, leavingAfter(record, arriving, now));

/**
 * Tells sessions in the record which release leaves, and takes back what was told of one that stays. Nothing else of the record
 * changes, so no lease is taken; where somebody else has it, nobody's release changes now. Returns what is told; null: there is no
 * record. Throws Refusal.
 */
export async function tellLeaving(
  { store, clock, stack }: Telling,
  arriving: Arriving,
): Promise<SwitchRecord["leaving"] | null> {
  for (let tries = 0; tries < limits.writeTries; tries++) {
    const found = await readSettled(store, clock);
    if (found === null) return null;
    const { record, version } = found;
    const now = clock.now();
    const leaving = leavingAfter(record, arriving, now);
    if (isDeepStrictEqual(record.leaving, leaving)) return leaving;
    const holder = leaseHeld(record, now);
    if (holder !== null)
      throw new Refusal(
        `${holder.owner} is moving traffic since ${new Date(holder.since).toISOString()}, so no release may change in its slot. See: ${commandLine("status", stack)}`,
      );
    if (await writeOrSee({ store }, { ...record, leaving }, version)) return leaving;
  }
  throw new Refusal(
    `The record was changed ${limits.writeTries} times while sessions were being told that their release leaves; somebody else is at work. See: ${commandLine("status", stack)}`,
  );
}
