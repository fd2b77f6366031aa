import type { SwitchRecord } from "../../domain/record.ts";
import { leftUnseen } from "../policy/unseen.ts";
import type { Pending } from "./prove.ts";

/** What the record left unseen, as a proof has to know it. */
export function pendingOf(record: SwitchRecord, proofTimeoutMs: number): Pending | null {
  const unseen = leftUnseen(record);
  return unseen && { colour: unseen.colour, until: unseen.since + proofTimeoutMs, seen: new Set() };
}
