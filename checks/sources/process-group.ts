import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Between SIGTERM and SIGKILL, in milliseconds. */
const graceMs = 400;
/** Between two looks whether a group has ended, in milliseconds. */
const lookMs = 20;

/** Ends a process group: SIGTERM, and SIGKILL to what is left of it after the grace. Resolves when nobody of it runs. */
export async function endGroup(group: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  for (let waitedMs = 0; runs(group); waitedMs += lookMs) {
    if (waitedMs >= graceMs) signalGroup(group, "SIGKILL");
    await wait(lookMs);
  }
}

/** False: there is nobody in the group to whom this process may send a signal. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    if (["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** Whether anybody of the group runs. One that is dead takes signals until it is collected, which in a container may be never. */
function runs(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  const members = statesOf(group);
  return members === null || members.some((state) => state !== "Z");
}

/** A letter for each process of the group, as in `ps`. Null where there is no /proc. */
function statesOf(group: number): string[] | null {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return null;
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((pid) => stateIn(pid, group));
}

/** Its state when it is of the group, else nothing. */
function stateIn(pid: string, group: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Before these stands the program's name in brackets, which may hold any character.
    const [state = "", , of] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return Number(of) === group ? [state] : [];
  } catch {
    return []; // it ended meanwhile
  }
}
