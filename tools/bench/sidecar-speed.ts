import type { ChildProcess } from "node:child_process";
import { percentile } from "./bench.ts";
import { orderOf } from "./order-of.ts";
import type { BurstEffort, Bursts } from "./sidecar-bursts.ts";
import type { Latencies, Throughput } from "./sidecar-load.ts";
import { type Program, type ProgramName, ask, startProgram } from "./sidecar-programs.ts";

const roundMs = 1_000;
/** Callers at once, to each program. */
export const connections = 32;
/**
 * What counts of latency is the mean of the middle half of the rounds: other work on the machine makes whole rounds slow for
 * all, which a mean of all of them, or a percentile of all requests, tells more of than of a program; a median alone varied
 * from run to run twice as much.
 */
const requestsPerRound = 1_500;
/**
 * Each program is started so often: where its code lies in memory, and what of it is compiled when, makes one start of the
 * same program some hundredths faster than another.
 */
const usual: Effort = { starts: 6, rounds: 2, latencyRounds: 10 };
/** What tells the requests for each second of processor time. */
const burstEffort: BurstEffort = { connections, bursts: 80, requests: 10 };

/** How fast one program was seen to be. */
export interface Speed {
  /** Milliseconds above the hub's own, one request at a time. */
  readonly addedP50: number;
  /** The same of the slowest hundredth, round by round: rounds of the same number saw the same machine. */
  readonly addedP99s: readonly number[];
  /** Milliseconds above the hub's own, with as many callers as `connections`. */
  readonly busyP99: number;
  /** Requests for each second of processor time: what one core does that does nothing else. */
  readonly perCore: number;
  /** The same, start by start. */
  readonly perCores: readonly number[];
  readonly perSecond: number;
  readonly failed: number;
}

/** How often what is measured. */
export interface Effort {
  readonly starts: number;
  /** Of requests a second, after each start. */
  readonly rounds: number;
  /** Of requests one at a time, after each start. */
  readonly latencyRounds: number;
}

/** What was measured of one program, round by round. */
interface Rounds {
  readonly addedP50: number[];
  readonly addedP99: number[];
  readonly busyP99: number[];
  /** Start by start. */
  readonly perCore: number[];
  readonly perSecond: number[];
  failed: number;
}

/** The programs side by side before the hub at port `direct`. */
export async function compareSpeed(
  names: readonly ProgramName[],
  direct: number,
  load: ChildProcess,
  say: (line: string) => void,
  { before = "", effort = usual }: { readonly before?: string; readonly effort?: Effort } = {},
): Promise<Map<ProgramName, Speed>> {
  const { starts, rounds, latencyRounds } = effort;
  const measured = names.map((): Rounds => ({
    addedP50: [],
    addedP99: [],
    busyP99: [],
    perCore: [],
    perSecond: [],
    failed: 0,
  }));
  for (let start = 0; start < starts; start++) {
    say(`start ${start + 1} of ${starts} of each program`);
    const programs: Program[] = [];
    try {
      for (const name of names) programs.push(await startProgram(name, direct, before));
      const ports = programs.map(({ port }) => port);
      await warmUp([direct, ...ports], load);
      say(`latency: ${latencyRounds} rounds of ${requestsPerRound} requests each, one at a time, in turn`);
      for (let round = 0; round < latencyRounds; round++)
        await measureLatency(measured, [direct, ...ports], load, start * latencyRounds + round);
      say(`requests a second: ${rounds} rounds of ${roundMs} ms each, ${connections} connections, in turn`);
      for (let round = 0; round < rounds; round++)
        await measureThroughput(measured, programs, direct, load, start * rounds + round);
      say(`requests for a second of processor time: ${burstEffort.bursts} bursts each, in turn`);
      await measureBursts(measured, programs, load);
    } finally {
      for (const program of programs) await program.stop();
    }
  }
  return new Map(names.map((name, index) => [name, speedOf(measured[index]!)]));
}

/** Until what is asked for has been compiled, by both ways of asking. */
async function warmUp(ports: readonly number[], load: ChildProcess): Promise<void> {
  for (const port of ports) await ask<Throughput>(load, { kind: "throughput", port, connections, ms: 4_000 });
  await ask<Latencies>(load, { kind: "latency", ports: [...ports], requests: requestsPerRound });
}

/** @param ports the hub's own, then the programs' */
async function measureLatency(
  measured: readonly Rounds[],
  ports: readonly number[],
  load: ChildProcess,
  round: number,
): Promise<void> {
  const order = orderOf(ports.length, round);
  const { byPort } = await ask<Latencies>(load, {
    kind: "latency",
    ports: order.map((index) => ports[index]!),
    requests: requestsPerRound,
  });
  const [alone, ...through] = ports.map((_, index) => byPort[order.indexOf(index)]!);
  for (const [index, { addedP50, addedP99 }] of measured.entries()) {
    addedP50.push(percentile(through[index]!, 0.5) - percentile(alone!, 0.5));
    addedP99.push(percentile(through[index]!, 0.99) - percentile(alone!, 0.99));
  }
}

async function measureThroughput(
  measured: readonly Rounds[],
  programs: readonly Program[],
  direct: number,
  load: ChildProcess,
  turn: number,
): Promise<void> {
  const order = orderOf(programs.length, turn);
  const at = (port: number) => ask<Throughput>(load, { kind: "throughput", port, connections, ms: roundMs });
  const alone = await at(direct);
  for (const index of order) {
    const { port } = programs[index]!;
    const kept = measured[index]!;
    const seen = await at(port);
    kept.perSecond.push(seen.requests / seen.seconds);
    kept.busyP99.push(seen.p99 - alone.p99);
    kept.failed += seen.failed;
  }
}

async function measureBursts(
  measured: readonly Rounds[],
  programs: readonly Program[],
  load: ChildProcess,
): Promise<void> {
  const asked = programs.map(({ port, pid }) => ({ port, pid }));
  const seen = await ask<Bursts[]>(load, { kind: "bursts", programs: asked, effort: burstEffort });
  for (const [index, { perCore, failed }] of seen.entries()) {
    const kept = measured[index]!;
    kept.perCore.push(middleMean(perCore));
    kept.failed += failed;
  }
}

function speedOf({ addedP50, addedP99, busyP99, perCore, perSecond, failed }: Rounds): Speed {
  return {
    addedP50: middleMean(addedP50),
    addedP99s: addedP99,
    busyP99: percentile(busyP99, 0.5),
    perCore: percentile(perCore, 0.5),
    perCores: perCore,
    perSecond: percentile(perSecond, 0.5),
    failed,
  };
}

/** Mean of the values without the lowest and the highest quarter. Throws on an empty sample. */
export function middleMean(sample: readonly number[]): number {
  if (sample.length === 0) throw new Error("there is no middle of no values");
  const quarter = Math.floor(sample.length / 4);
  const middle = sample.toSorted((a, b) => a - b).slice(quarter, sample.length - quarter);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * How one program's middle mean compares with another's in the same rounds, and the standard error of that: how far it moves
 * when each round in turn is left out (the jackknife).
 */
export function compareRounds(
  own: readonly number[],
  other: readonly number[],
): { readonly ratio: number; readonly error: number } {
  const count = own.length;
  const without = own.map(
    (_, left) =>
      middleMean(own.filter((_, round) => round !== left)) /
      middleMean(other.filter((_, round) => round !== left)),
  );
  const mean = without.reduce((sum, ratio) => sum + ratio, 0) / count;
  const spread = without.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0);
  return { ratio: middleMean(own) / middleMean(other), error: Math.sqrt(((count - 1) / count) * spread) };
}
