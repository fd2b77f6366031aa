import type { SwitchRecord } from "./policy/record.ts";
import type { Pending } from "./prove.ts";

/** What the record's intent left open, as a proof has to know it. */
export function pendingOf({ intent }: SwitchRecord, proofTimeoutMs: number): Pending | null {
  if (!intent?.pending) return null;
  const { colour, since } = intent.pending;
  return { colour, until: since + proofTimeoutMs, seen: new Set() };
}
