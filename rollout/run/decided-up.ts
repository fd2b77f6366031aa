import type { SwitchRecord } from "../../domain/record.ts";
import type { UpUnderLease } from "./rollout-spec.ts";

/** An `up` under its lease, with what it was decided on. */
export interface DecidedUp extends UpUnderLease {
  /** The record as it was decided on. */
  readonly before: SwitchRecord;
}
