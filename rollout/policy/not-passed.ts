import type { SwitchRecord } from "../../domain/record.ts";

/** The record of a rollout for which steps from this weight on have still to pass, and that waits for nobody. */
export function notPassed(record: SwitchRecord, weight: number): SwitchRecord {
  const { rollout } = record;
  if (rollout === null) return record;
  const passed = rollout.passed.filter((was) => was < weight);
  return { ...record, rollout: { ...rollout, passed, waits: undefined } };
}
