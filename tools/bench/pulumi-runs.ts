import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CliEngine } from "../../rehearsal/stage/cli-engine.ts";
import type { Stage } from "../../rehearsal/stage/index.ts";

/** A stage of some checkout, on which the Pulumi CLI deploys that checkout's program. */
interface CliStage {
  readonly stage: Stage;
  readonly engine: CliEngine;
}

/** What one run of the Pulumi CLI took. */
export interface CliRun {
  /** From the start of the CLI to its end. */
  readonly tookMs: number;
  /** Of the CLI and of all that it started and waited for; null where the system does not tell. */
  readonly cpuMs: number | null;
}

/** Opens a stage of the checkout in `folder`, by that checkout's own code, gives it to `work`, and takes it down again. */
export async function onCliStage<T>(
  folder: string,
  executable: string,
  work: (stage: CliStage) => Promise<T>,
): Promise<T> {
  const { openStage, repository } = await partOf<typeof import("../../rehearsal/stage/index.ts")>(
    folder,
    "index.ts",
  );
  const { sampleImages } = await partOf<typeof import("../../rehearsal/stage/config.ts")>(
    folder,
    "config.ts",
  );
  const cli = await partOf<typeof import("../../rehearsal/stage/cli-engine.ts")>(folder, "cli-engine.ts");
  let engine: CliEngine | undefined;
  const stage = await openStage({
    images: sampleImages(repository),
    config: {},
    random: Math.random,
    // On AWS's own clock the guardian takes no part in runs of seconds.
    scheduleSpeedup: 1,
    openEngine: async (ground) => (engine = await cli.CliEngine.opener(executable)(ground)),
  });
  try {
    if (engine === undefined) throw new Error(`the stage of ${folder} did not open its engine`);
    return await work({ stage, engine });
  } finally {
    await stage.close();
  }
}

/** Runs the CLI once. Throws what it said where it fails. */
export async function runCli({ engine }: CliStage, verb: "preview" | "up"): Promise<CliRun> {
  const cpuBefore = cpuOfChildren();
  const begun = performance.now();
  const { ok, err, diagnostics } = await (await engine.start(verb)).done;
  const tookMs = performance.now() - begun;
  const cpuAfter = cpuOfChildren();
  if (!ok) {
    const said = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    throw new Error(`pulumi ${verb} of the whole program failed: ${said.join("; ") || err.trim()}`);
  }
  return { tookMs, cpuMs: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore };
}

async function partOf<Module>(folder: string, file: string): Promise<Module> {
  return (await import(pathToFileURL(join(resolve(folder), "rehearsal/stage", file)).href)) as Module;
}

/** Processor time in ms of all children that have ended so far; Linux counts it in hundredths of a second. */
function cpuOfChildren(): number | null {
  if (process.platform !== "linux") return null;
  const [, rest = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
