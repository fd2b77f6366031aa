import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, type Figure, percentile } from "./bench.ts";
import { ForgetfulHub, deadSessions } from "./sidecar-dead-sessions.ts";
import type { Latencies, Throughput } from "./sidecar-load.ts";
import type { Ready } from "./sidecar-part.ts";
import {
  type Program,
  type ProgramName,
  ask,
  memoryOf,
  mostOpenFiles,
  processorSeconds,
  programsHere,
  startedAs,
  startPart,
  startProgram,
} from "./sidecar-programs.ts";

/** Rounds of requests a second; what counts is their median. */
const rounds = 9;
/**
 * The same of latency: the slowest hundredth is what other work on the machine moves most. Of 25 rounds the ratio of two
 * medians varied by 0.08 from run to run.
 */
const latencyRounds = 60;
const requestsPerRound = 1_500;
const roundMs = 1_000;
const connections = 32;
/** Idle sessions at which memory is read. */
const fewSessions = 1_000;
const wantedSessions = 10_000;
/** Fewer where a process may not open two sockets for each, and some files besides. */
const manySessions = Math.min(wantedSessions, Math.floor((mostOpenFiles() - 200) / 2));
const fewerNote =
  manySessions < wantedSessions
    ? `not ${wantedSessions}: a session is two sockets, and a process here may open ${mostOpenFiles()} files`
    : null;
/** An idle session is two sockets. */
const mostPerSession = 32 * 1_024;

/** What one program was seen to do. */
interface Seen {
  addedP50: number;
  addedP99: number;
  /** Requests for each second of processor time: what one core does that does nothing else. */
  perCore: number;
  perSecond: number;
  failed: number;
  empty: number;
  few: number;
  many: number;
}

export const bench: Bench = {
  title: "the sidecar beside other proxies, the same work in the same run",
  async run(say) {
    const names = programsHere(say);
    const hub = startPart();
    const load = startPart();
    const programs: Program[] = [];
    try {
      const { port } = await ask<Ready>(hub, { kind: "hub" });
      for (const name of names) programs.push(await startProgram(name, port));
      const seen = await compareSpeed(programs, port, load, say);
      for (const program of programs.splice(0)) await program.stop();
      for (const name of names) Object.assign(seen.get(name) as Seen, await idleMemory(name, say));
      return [...figures(seen), ...(await clientsThatKeepDeadIds(say))];
    } finally {
      for (const program of programs) await program.stop();
      for (const part of [hub, load]) part.kill("SIGKILL");
    }
  },
};

async function compareSpeed(
  programs: readonly Program[],
  direct: number,
  load: ChildProcess,
  say: (line: string) => void,
): Promise<Map<ProgramName, Seen>> {
  say("warming up");
  for (const { port } of programs)
    await ask<Throughput>(load, { kind: "throughput", port, connections, ms: 4_000 });
  say(`latency: ${latencyRounds} rounds of ${requestsPerRound} requests each, one at a time, in turn`);
  const added = programs.map(() => ({ p50: [] as number[], p99: [] as number[] }));
  const ports = [direct, ...programs.map(({ port }) => port)];
  for (let round = 0; round < latencyRounds; round++) {
    // Whoever comes first in a turn finds another machine than the last: each round begins with the next.
    const turn = ports.map((_, index) => (index + round) % ports.length);
    const { byPort } = await ask<Latencies>(load, {
      kind: "latency",
      ports: turn.map((index) => ports[index] as number),
      requests: requestsPerRound,
    });
    const [alone = [], ...through] = ports.map((_, index) => byPort[turn.indexOf(index)] ?? []);
    for (const [index, sample] of through.entries()) {
      added[index]?.p50.push(percentile(sample, 0.5) - percentile(alone, 0.5));
      added[index]?.p99.push(percentile(sample, 0.99) - percentile(alone, 0.99));
    }
  }
  say(`requests a second: ${rounds} rounds of ${roundMs} ms each, ${connections} connections, in turn`);
  const speeds = programs.map(() => ({ perCore: [] as number[], perSecond: [] as number[], failed: 0 }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { port, pid }] of programs.entries()) {
      const before = processorSeconds(pid);
      const seen = await ask<Throughput>(load, { kind: "throughput", port, connections, ms: roundMs });
      const speed = speeds[index]!;
      speed.perCore.push(seen.requests / (processorSeconds(pid) - before));
      speed.perSecond.push(seen.requests / seen.seconds);
      speed.failed += seen.failed;
    }
  return new Map(
    programs.map(({ name }, index) => [
      name,
      {
        addedP50: median(added[index]!.p50),
        addedP99: median(added[index]!.p99),
        perCore: median(speeds[index]!.perCore),
        perSecond: median(speeds[index]!.perSecond),
        failed: speeds[index]!.failed,
        empty: 0,
        few: 0,
        many: 0,
      },
    ]),
  );
}

const median = (sample: readonly number[]) => percentile(sample, 0.5);

async function clientsThatKeepDeadIds(say: (line: string) => void): Promise<Figure[]> {
  say("official clients whose session is gone");
  const hub = new ForgetfulHub();
  const sidecar = await startProgram("sidecar", await hub.start());
  try {
    return await deadSessions(sidecar.port, hub);
  } finally {
    await sidecar.stop();
    hub.stop();
  }
}

/** A process of its own for each, so that what was asked before does not count. */
async function idleMemory(
  name: ProgramName,
  say: (line: string) => void,
): Promise<Pick<Seen, "empty" | "few" | "many">> {
  say(`memory of ${name}: empty, then ${fewSessions} and ${manySessions} idle event streams`);
  // A hub of its own too: ports of connections that just ended are not free for a while.
  const [hub, load] = [startPart(), startPart()];
  let program: Program | null = null;
  try {
    const { port } = await ask<Ready>(hub, { kind: "hub" });
    program = await startProgram(name, port);
    // A few streams load what is only loaded once.
    await ask(load, { kind: "sessions", port: program.port, count: 10 });
    const empty = await settled(program.pid);
    await ask(load, { kind: "sessions", port: program.port, count: fewSessions });
    const few = await settled(program.pid);
    await ask(load, { kind: "sessions", port: program.port, count: manySessions - fewSessions });
    return { empty, few, many: await settled(program.pid) };
  } finally {
    for (const part of [hub, load]) part.kill("SIGKILL");
    await program?.stop();
  }
}

/** Memory once it has stopped changing for a second; after ten seconds as it is. */
async function settled(pid: number): Promise<number> {
  let before = memoryOf(pid);
  for (let second = 0; second < 10; second++) {
    await sleep(1_000);
    const now = memoryOf(pid);
    if (second >= 2 && Math.abs(now - before) < 64 * 1_024) return now;
    before = now;
  }
  return before;
}

function figures(seen: ReadonlyMap<ProgramName, Seen>): Figure[] {
  const own = seen.get("sidecar") as Seen;
  const perSession = ({ empty, many }: Seen) => (many - empty) / manySessions;
  const peers = [...seen].filter(([name]) => name !== "sidecar");
  const lines = [...seen].flatMap(([name, one]): Figure[] => [
    { name: `${name}: requests/s on one core`, value: one.perCore, unit: "req/s", note: startedAs(name) },
    { name: `${name}: requests/s as measured`, value: one.perSecond, unit: "req/s" },
    { name: `${name}: added latency p50`, value: one.addedP50, unit: "ms" },
    { name: `${name}: added latency p99`, value: one.addedP99, unit: "ms" },
    { name: `${name}: memory, ${fewSessions} idle sessions`, value: one.few / 1_048_576, unit: "MB" },
    {
      name: `${name}: memory, ${manySessions} idle sessions`,
      value: one.many / 1_048_576,
      unit: "MB",
      ...(fewerNote !== null && name === "sidecar" ? { note: fewerNote } : {}),
    },
    {
      name: `${name}: memory of a session, idle`,
      value: perSession(one) / 1_024,
      unit: "KB",
      ...(name === "sidecar" ? { atMost: mostPerSession / 1_024 } : {}),
    },
    { name: `${name}: failed requests`, value: one.failed, unit: "count", atMost: 0 },
  ]);
  // nginx is no program of Node's: it shows how far there is to go, and sets no target.
  const ratios = peers.flatMap(([name, peer]): Figure[] => {
    const target = name !== "nginx";
    return [
      {
        name: `sidecar / ${name}: requests/s on one core`,
        value: own.perCore / peer.perCore,
        unit: "ratio",
        ...(target ? { atLeast: 1 } : {}),
      },
      {
        name: `sidecar / ${name}: added latency p99`,
        value: own.addedP99 / peer.addedP99,
        unit: "ratio",
        ...(target ? { atMost: 1 } : {}),
      },
      {
        name: `sidecar / ${name}: memory of a session`,
        value: perSession(own) / perSession(peer),
        unit: "ratio",
        ...(target ? { atMost: 1 } : {}),
      },
    ];
  });
  return [...lines, ...ratios];
}
