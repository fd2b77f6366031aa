import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** A process that the CLI started: the language host or a plugin. */
export interface Started {
  pid: number;
  command: string;
}

/** What a process has started and what of it runs now. */
export function startedBy(parent: number): Started[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, ppid, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), command }] : [];
  });
}

/** Whether a process is there that has not ended. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

/** A process that runs, and the memory that it has now, in bytes. */
export interface Running extends Started {
  rss: number;
}

/**
 * Processes that have all of `environment` in theirs: what was started with it, and whatever those started, also once nobody is
 * there any more who started them. Reads /proc; throws where there is none.
 */
export function runningWith(environment: Readonly<Record<string, string>>): Running[] {
  const mark = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => seen(pid, mark) ?? []);
}

/** Null: it has another environment, belongs to somebody else, or has ended. */
function seen(pid: string, mark: readonly string[]): Running | null {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  try {
    const environment = read("environ").split("\0");
    if (!mark.every((entry) => environment.includes(entry))) return null;
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read("status"))?.[1];
    // A process without memory is one that has ended, and that nobody has asked how yet.
    if (kilobytes === undefined) return null;
    const command = read("cmdline").replaceAll("\0", " ").trim();
    return { pid: Number(pid), command, rss: Number(kilobytes) * 1_024 };
  } catch {
    return null;
  }
}
