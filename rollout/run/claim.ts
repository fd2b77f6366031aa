import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import { type Rollback, takeOver } from "../policy/rollback-target.ts";
import { Hold } from "../record/hold.ts";
import { pendingOf } from "./pending.ts";
import type { Versioned, Ports } from "./ports.ts";
import type { Pending } from "./prove.ts";
import { urgently } from "./retry.ts";
import { compare } from "./shift.ts";

/** What whoever is no person minds, right before each try of the change and as late as can be. */
export interface Minding {
  /** Weights that may be overwritten: anything else throws Drifted. */
  readonly ours: readonly Weights[];
  /** Throws when the slots are no longer what was decided on. */
  readonly mayGo: () => Promise<void>;
}

/** Decides on what is found; null: there is nothing to do. Called again when somebody else wrote in between. */
export type Choose = (found: SwitchRecord) => Rollback | null;

interface Claim {
  readonly hold: Hold;
  /** The record that was claimed. */
  readonly before: SwitchRecord;
  readonly pending: Pending | null;
}

/** Nothing was changed yet: where the slots are no longer what was decided on, all but the fence is again as it was found. */
export async function lookAgain({ ours, mayGo }: Minding, { hold, before }: Claim): Promise<void> {
  const { ports, record } = hold;
  const [looked, may] = await Promise.allSettled([compare(ports, ours, record.weights), mayGo()]);
  if (looked.status === "rejected") throw looked.reason;
  if (may.status === "fulfilled") return;
  const { fence, fencedBy } = record;
  await urgently(ports, () => hold.letGo({ ...before, fence, fencedBy }));
  throw may.reason;
}

/** The record, with the fence raised, by conditional write against whatever anybody else writes meanwhile. */
export async function claim(
  ports: Ports,
  choose: Choose,
  by: { who: string; why: string },
): Promise<Claim | null> {
  let stack: string | undefined;
  for (let n = 0; n < limits.urgentTries; n++) {
    const found: Versioned | null = await urgently(ports, () => ports.store.read());
    stack = found?.record.inputs?.stack;
    const rollback = found && choose(found.record);
    if (!found || !rollback) return null;
    const record = takeOver(found.record, rollback, by, ports.clock.now());
    const hold = await urgently(ports, () => Hold.take(ports, record, found.version));
    if (hold) {
      const pending = pendingOf(record, record.inputs?.plan.proofTimeout ?? 0);
      return { hold, before: found.record, pending };
    }
  }
  throw new Error(
    `the record was changed ${limits.urgentTries} times while the traffic was being taken over; look at it with: ${commandLine("status", stack)}`,
  );
}
