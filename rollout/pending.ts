import type { SwitchRecord } from "./policy/record.ts";
import type { Pending } from "./prove.ts";

/** What the record's intent left open, as a proof has to know it. */
export function pendingOf({ intent, adopted }: SwitchRecord, proofTimeoutMs: number): Pending | null {
  const pending = intent?.pending ?? adopted;
  if (pending === null) return null;
  const { colour, since } = pending;
  return { colour, until: since + proofTimeoutMs, seen: new Set() };
}
