import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Whether a process runs. One that ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Resolves once there is no such process any more; rejects after ten seconds. */
export async function gone(pid: number): Promise<void> {
  for (let left = 2_000; isAlive(pid) && left > 0; left--) await pause(5);
  assert.ok(!isAlive(pid));
}
