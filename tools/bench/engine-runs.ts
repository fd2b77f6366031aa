import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sampleImages } from "../../rehearsal/stage/config.ts";
import { EmbeddedEngine } from "../../rehearsal/stage/embedded-engine.ts";
import { openStage, repository, type Stage } from "../../rehearsal/stage/index.ts";
import type { EngineAnswer, EngineOrder } from "./engine-part.ts";

/** What one run took, in processes that were all new. */
export interface EngineRun extends EngineAnswer {
  /** From the start of the engine's process to its answer. */
  tookMs: number;
  /** The program's process alone, from its start to its end. */
  program: { tookMs: number; cpuMs: number; peakMb: number };
}

/** Opens an account, gives it to `work`, and takes it down again. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage({
    images: sampleImages(repository),
    config: {},
    random: Math.random,
  });
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

/**
 * Runs the whole program once. What Node compiles it keeps in a folder of the stage: the first run on a stage finds
 * nothing compiled, as on a fresh clone, and the others what the first one left.
 */
export async function runEngine(stage: Stage, verb: EngineOrder["verb"]): Promise<EngineRun> {
  const report = join(stage.folder, "program.json");
  const options = EmbeddedEngine.of(stage).options();
  const env = {
    ...options.env,
    NODE_COMPILE_CACHE: join(stage.folder, "compiled"),
    NODE_OPTIONS: `--require=${JSON.stringify(fileURLToPath(import.meta.resolve("./program-report.cjs")))}`,
    BENCH_PROGRAM_REPORT: report,
  };
  const begun = performance.now();
  const part = fork(fileURLToPath(import.meta.resolve("./engine-part.ts")), {
    stdio: "inherit",
    env: { ...process.env, NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE },
  });
  try {
    part.send({ verb, options: { ...options, env } } satisfies EngineOrder);
    const answer = await answerOf(part);
    const tookMs = performance.now() - begun;
    if (!answer.ok) throw new Error(`${verb} of the whole program failed: ${answer.problems.join("; ")}`);
    const program = JSON.parse(await readFile(report, "utf8")) as EngineRun["program"];
    return { ...answer, tookMs, program };
  } finally {
    await end(part);
  }
}

/** Let go, it ends by itself and writes down what it compiled; the stage's folder must not go before that. */
async function end(part: ReturnType<typeof fork>): Promise<void> {
  const ended = part.exitCode === null && part.signalCode === null ? once(part, "exit") : undefined;
  if (part.connected) part.disconnect();
  const timer = setTimeout(() => part.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(timer);
}

async function answerOf(part: ReturnType<typeof fork>): Promise<EngineAnswer> {
  const ended = once(part, "exit").then(([code]: unknown[]) => {
    throw new Error(`the engine's process ended with code ${String(code)} before it answered`);
  });
  ended.catch(() => undefined);
  const [answer] = (await Promise.race([once(part, "message"), ended])) as [EngineAnswer];
  return answer;
}

/** The run with the least of something: what else the machine does can only add to it. */
export function least<T>(runs: readonly T[], of: (run: T) => number): number {
  return Math.min(...runs.map(of));
}

/** All values, rounded, for a note: how far they lie apart says how busy the machine was. */
export function spread<T>(runs: readonly T[], of: (run: T) => number): string {
  return runs.map((run) => Math.round(of(run))).join(", ");
}

/** What else the machine has to do: times on a busy one say little. */
export function howBusy(): string {
  return `${(loadavg()[0] ?? 0).toFixed(1)} processes wanted one of ${availableParallelism()} processors`;
}
