import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Figure } from "./bench.ts";
import { ForgetfulHub, deadSessions } from "./sidecar-dead-sessions.ts";
import type { Ready } from "./sidecar-part.ts";
import {
  type Program,
  type ProgramName,
  ask,
  memoryOf,
  mostOpenFiles,
  programsHere,
  startedAs,
  startPart,
  startProgram,
} from "./sidecar-programs.ts";
import {
  type Effort,
  type Speed,
  compareRounds,
  compareSpeed,
  connections,
  middleMean,
} from "./sidecar-speed.ts";

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

/** Resident memory of one program, in bytes: empty, with few and with many idle sessions. */
interface Memory {
  readonly empty: number;
  readonly few: number;
  readonly many: number;
}
type Seen = Speed & Memory;

/** The sidecar beside other proxies on this machine, or beside the sidecar of another checkout. */
export const bench: Bench = {
  title: "the sidecar beside other proxies, the same work in the same run",
  async run(say, { against }) {
    if (against !== null) return besideBefore(against, say);
    const names = programsHere(say);
    const hub = startPart();
    const load = startPart();
    try {
      const { port } = await ask<Ready>(hub, { kind: "hub" });
      const speeds = await compareSpeed(names, port, load, say);
      const seen = new Map<ProgramName, Seen>();
      for (const [name, speed] of speeds) seen.set(name, { ...speed, ...(await idleMemory(name, say)) });
      return [...figures(seen), ...(await clientsThatKeepDeadIds(say))];
    } finally {
      for (const part of [hub, load]) part.kill("SIGKILL");
    }
  },
};

/**
 * One start of the same program is some hundredths faster than another: of so many the standard error is below a hundredth on two
 * quiet cores, where that of 16 was 0.012. Latency needs fewer rounds.
 */
const closely: Effort = { starts: 28, rounds: 1, latencyRounds: 4 };

/** This sidecar beside the one of another checkout: it may cost no more than a few hundredths. */
async function besideBefore(folder: string, say: (line: string) => void): Promise<Figure[]> {
  const [hub, load] = [startPart(), startPart()];
  try {
    const { port } = await ask<Ready>(hub, { kind: "hub" });
    const options = { before: folder, effort: closely };
    const speeds = await compareSpeed(["sidecar", "before"], port, load, say, options);
    return figuresBeside(speeds.get("sidecar") as Speed, speeds.get("before") as Speed);
  } finally {
    for (const part of [hub, load]) part.kill("SIGKILL");
  }
}

function figuresBeside(own: Speed, before: Speed): Figure[] {
  const perCore = compareRounds(own.perCores, before.perCores);
  const p99 = compareRounds(own.addedP99s, before.addedP99s);
  const errorOf = ({ error }: { readonly error: number }) => `standard error ${error.toFixed(4)}`;
  return [
    { name: "sidecar: requests/s on one core", value: own.perCore, unit: "req/s" },
    { name: "before: requests/s on one core", value: before.perCore, unit: "req/s" },
    {
      name: "sidecar / before: requests/s on one core",
      value: perCore.ratio,
      unit: "ratio",
      atLeast: 0.97,
      note: `${errorOf(perCore)}, over ${own.perCores.length} starts of each`,
    },
    { name: "sidecar: added latency p99", value: middleMean(own.addedP99s), unit: "ms" },
    { name: "before: added latency p99", value: middleMean(before.addedP99s), unit: "ms" },
    {
      name: "sidecar / before: added latency p99",
      value: p99.ratio,
      unit: "ratio",
      // No worse, as far as can be told.
      atMost: 1 + 2 * p99.error,
      note: `${errorOf(p99)}, one request at a time`,
    },
    { name: "failed requests", value: own.failed + before.failed, unit: "count", atMost: 0 },
  ];
}

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
async function idleMemory(name: ProgramName, say: (line: string) => void): Promise<Memory> {
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
    { name: `${name}: added latency p99`, value: middleMean(one.addedP99s), unit: "ms" },
    { name: `${name}: added p99 with ${connections} callers`, value: one.busyP99, unit: "ms" },
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
    const alone = compareRounds(own.addedP99s, peer.addedP99s);
    return [
      {
        name: `sidecar / ${name}: requests/s on one core`,
        value: own.perCore / peer.perCore,
        unit: "ratio",
        ...(target ? { atLeast: 1 } : {}),
      },
      {
        name: `sidecar / ${name}: added latency p99`,
        value: alone.ratio,
        unit: "ratio",
        note: `standard error ${alone.error.toFixed(3)}, one request at a time`,
        ...(target ? { atMost: 1 } : {}),
      },
      {
        name: `sidecar / ${name}: added p99, ${connections} callers`,
        value: own.busyP99 / peer.busyP99,
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
