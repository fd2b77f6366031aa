import { isDeepStrictEqual } from "node:util";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Ports, Versioned } from "../run/ports.ts";

/**
 * A conditional write that counts as done when an earlier try of the same write took effect without an answer: the SDK
 * sends a write again whose answer was lost, and the second one then finds the version changed.
 */
export async function writeOrSee(
  { store }: Pick<Ports, "store">,
  record: SwitchRecord,
  version: number | null,
): Promise<boolean> {
  if (await store.write(record, version)) return true;
  const there = await store.read();
  return there !== null && isWrite(there, record, version);
}

/** Whether what is there is this very record, written over this version. */
export function isWrite(there: Versioned, record: SwitchRecord, version: number | null): boolean {
  return (
    there.version === (version ?? 0) + 1 &&
    isDeepStrictEqual(there.record, JSON.parse(JSON.stringify(record)))
  );
}
