import "reaper/children";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "../../src/engine/events.ts";
import { Store } from "../../src/engine/state/store.ts";
import {
  type RefreshOptions,
  type RunResult,
  type UpOptions,
  destroy,
  preview,
  refresh,
  up,
} from "../../src/index.ts";
import { byHand } from "./by-hand.ts";
import { doMeanwhile, pluginEnded } from "./meanwhile.ts";
import { outcomeOf } from "./outcome.ts";
import { type Outcome, type Side, type Situation, type Step, urnOfThing } from "./situation.ts";

type Options = UpOptions & RefreshOptions;

const verbs = { preview, up, refresh, destroy };
const project = join(import.meta.dirname, "project");

/** The engine of this package. */
export const embedded: Side = {
  name: "embedded",
  async play(situation: Situation): Promise<Outcome[]> {
    const folder = mkdtempSync(join(tmpdir(), "twin-"));
    const cloud = join(folder, "cloud");
    mkdirSync(cloud);
    const outcomes: Outcome[] = [];
    let config = {};
    try {
      for (const step of situation.steps) {
        if (step.world) config = { "twins:world": JSON.stringify(step.world) };
        outcomes.push(await played(step, { folder, cloud, config }));
      }
      return outcomes;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Place {
  folder: string;
  cloud: string;
  config: Record<string, string>;
}

async function played(step: Step, { folder, cloud, config }: Place): Promise<Outcome> {
  byHand(cloud, step);
  const stateFile = join(folder, "state.json");
  const events: EngineEvent[] = [];
  const options = {
    projectFolder: project,
    program: "./program/index.ts",
    project: "twins",
    stack: "twin",
    config,
    stateFile,
    providers: {},
    env: { TWIN_CLOUD: cloud },
    expectNoChanges: step.flags?.includes("expect-no-changes") ?? false,
    previewOnly: step.flags?.includes("preview-only") ?? false,
    ...(step.target === undefined ? {} : { targets: [urnOfThing(step.target)] }),
  };
  const onEvent = (event: EngineEvent) => void events.push(event);
  const result =
    step.meanwhile === "kill"
      ? await killed(cloud, step, options)
      : await ended(cloud, step, { ...options, onEvent });
  const { snapshot } = await Store.load(stateFile, { readOnly: true });
  const looks = step.do === "preview" || step.flags?.includes("preview-only") === true;
  return outcomeOf({ verb: step.do, looks, events, result, ...snapshot, cloud });
}

/** A run in this process; a second interrupt is its signal to die. */
async function ended(cloud: string, step: Step, options: Options): Promise<RunResult> {
  const interrupts = [new AbortController(), new AbortController()];
  const [first, second] = interrupts.map(({ signal }) => signal) as [AbortSignal, AbortSignal];
  let over = false;
  const run = verbs[step.do]({ ...options, signal: first, killSignal: second }).finally(() => {
    over = true;
  });
  await doMeanwhile(cloud, step, {
    interrupt: () => interrupts.find(({ signal }) => !signal.aborted)?.abort(),
    kill: () => undefined,
    get over() {
      return over;
    },
  });
  return await run;
}

/** A run in a process of its own, and what is there once it is dead and its plugin has ended. */
async function killed(cloud: string, step: Step, options: Options): Promise<null> {
  const script = join(import.meta.dirname, "embedded-run.ts");
  const engine = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: "ignore" });
  const exited = once(engine, "exit");
  await doMeanwhile(cloud, step, {
    interrupt: () => undefined,
    kill: () => void engine.kill("SIGKILL"),
    get over() {
      return engine.exitCode !== null;
    },
  });
  await exited;
  await pluginEnded(cloud);
  return null;
}
