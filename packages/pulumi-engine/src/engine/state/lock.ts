import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";

interface Holder {
  pid: number;
  host: string;
  verb: string;
  /** ISO 8601. */
  since: string;
  /** When the process began, in the system's own terms; tells a process from a later one of the same number. */
  processStart?: string;
}

/** Who takes the lock; `verb` is what a second run is told that the first is doing. */
export interface LockOptions {
  verb: string;
  now: () => number;
  /** Called with the dead holder whose lock is taken over. */
  onTakeover: (dead: Holder) => void;
}

/** Locks held by this process, by file. */
const held = new Set<string>();

/**
 * Makes this the only run on a state file until the returned function is called. A lock whose process is dead is taken
 * over; one whose process lives is an error that names it.
 */
export async function lock(stateFile: string, options: LockOptions): Promise<() => Promise<void>> {
  const file = `${stateFile}.lock`;
  await mkdir(dirname(file), { recursive: true });
  const start = processStart(process.pid);
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    verb: options.verb,
    since: new Date(options.now()).toISOString(),
    ...(start === undefined ? {} : { processStart: start }),
  };
  while (!(await create(file, mine))) {
    const holder = await read(file);
    if (!holder) continue;
    if (isAlive(holder, file))
      throw new Error(
        `The stack is locked: "${holder.verb}" of process ${holder.pid} on ${holder.host} has been at work since ${holder.since}. Wait for it, or stop it and run this again.`,
      );
    await takeAway(file, holder);
    options.onTakeover(holder);
  }
  held.add(file);
  return async () => {
    held.delete(file);
    await rm(file, { force: true });
  };
}

/** A link appears whole or not at all, so nobody reads a lock that is half written. */
async function create(file: string, holder: Holder): Promise<boolean> {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function read(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`The lock ${file} is not one of this engine's; delete it when no other run is at work.`, {
      cause: error,
    });
  }
}

/** A rename decides between two runs that both found the lock dead: only one of them gets the file. */
async function takeAway(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const taken = await read(aside);
  // The other run was quicker and this is its new lock: give it back.
  if (taken && (taken.pid !== dead.pid || taken.since !== dead.since)) await rename(aside, file);
  else await rm(aside, { force: true });
}

function isAlive(holder: Holder, file: string): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(file);
  if (holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const start = processStart(holder.pid);
  return start === undefined || holder.processStart === undefined || start === holder.processStart;
}

/** Field 22 of `/proc/PID/stat`: start time in clock ticks since boot. Undefined where there is no such file. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
