import { type HandEdit, isSameEdit } from "../../domain/hand-edit.ts";
import { adoptionOf } from "../policy/adoption.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import { writeOrSee } from "../record/conditional-write.ts";
import type { Ports, Versioned } from "./ports.ts";
import { withRetries } from "./retry.ts";

/**
 * Adopts a hand edit into the record, by a conditional write, when it is the one that a refresh has seen. The record was read
 * before the rule, so the write fails when anybody moved traffic between the two looks. False: there is nothing to adopt.
 */
export async function adoptSeen(
  ports: Ports,
  { record, version }: Versioned,
  rule: LiveRule | null,
  seen: HandEdit | null,
): Promise<boolean> {
  const adoption = adoptionOf(record, rule, ports.clock.now());
  if (adoption === null || !isSameEdit(adoption.edit, seen)) return false;
  const { adopted, edit } = adoption;
  if (await withRetries(ports, () => writeOrSee(ports, adopted, version)))
    ports.report({ kind: "adopted", edit });
  return true;
}
