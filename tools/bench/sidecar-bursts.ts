import { readFileSync, readdirSync } from "node:fs";
import { orderOf } from "./order-of.ts";
import { Caller } from "./sidecar-load.ts";

/** A program that is asked: where it listens, and its process. */
export interface Asked {
  readonly port: number;
  readonly pid: number;
}

/** How much is asked in turn. */
export interface BurstEffort {
  /** Callers at once, to each program. */
  readonly connections: number;
  /** Of each program. */
  readonly bursts: number;
  /** Of each caller in one burst. */
  readonly requests: number;
}

/** What one program did in its bursts. */
export interface Bursts {
  /** Requests for each second of processor time, burst by burst. */
  readonly perCore: number[];
  readonly failed: number;
}

/**
 * Bursts of requests to each program in turn, a few milliseconds each: what else the machine does, which changes from second to
 * second, touches all alike, and what is left between two programs is what they are. Every caller stays connected.
 */
export async function burstsInTurn(
  asked: readonly Asked[],
  { connections, bursts, requests }: BurstEffort,
): Promise<Bursts[]> {
  const programs = await Promise.all(
    asked.map(async ({ pid, port }) => ({
      pid,
      callers: await Promise.all(Array.from({ length: connections }, () => Caller.open(port))),
      perCore: [] as number[],
      failed: 0,
    })),
  );
  for (let burst = 0; burst < bursts; burst++)
    for (const index of orderOf(programs.length, burst)) {
      const program = programs[index]!;
      const before = processorSeconds(program.pid);
      program.failed += await burstOf(program.callers, requests);
      program.perCore.push((connections * requests) / (processorSeconds(program.pid) - before));
    }
  for (const { callers } of programs) for (const caller of callers) caller.close();
  return programs.map(({ perCore, failed }) => ({ perCore, failed }));
}

/** Returns how many requests failed; a caller that is cut off asks no more. */
async function burstOf(callers: readonly Caller[], requests: number): Promise<number> {
  const failed = await Promise.all(
    callers.map(async (caller) => {
      for (let made = 0; made < requests; made++) if (!(await caller.call())) return requests - made;
      return 0;
    }),
  );
  return failed.reduce((sum, count) => sum + count, 0);
}

/** Seconds of processor time that the threads of a process have used, to the nanosecond. Linux only. */
function processorSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return nanoseconds / 1e9;
}
