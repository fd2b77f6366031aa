import { type SwitchRecord, slotsOf } from "../../domain/record.ts";
import type { DecidedUp } from "./decided-up.ts";

/** The record learns what this `up` deployed. A changed release in a slot is no longer verified. */
export async function adoptInputs({ lease, up }: DecidedUp): Promise<SwitchRecord> {
  const { inputs } = up;
  return lease.change((record) => ({
    ...record,
    inputs,
    slots: slotsOf(inputs),
    leaving: { blue: null, green: null },
    verified:
      record.verified && record.verified.release === inputs.releases[record.verified.colour]
        ? record.verified
        : null,
    previous:
      record.previous && record.previous.release === inputs.releases[record.previous.colour]
        ? record.previous
        : null,
  }));
}
