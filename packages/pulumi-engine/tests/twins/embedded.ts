import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "../../src/engine/events.ts";
import { Store } from "../../src/engine/state/store.ts";
import { destroy, preview, refresh, up } from "../../src/index.ts";
import { byHand } from "./by-hand.ts";
import { outcomeOf } from "./outcome.ts";
import type { Outcome, Side, Situation, Step } from "./situation.ts";

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
  const result = await verbs[step.do]({
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
    onEvent: (event) => events.push(event),
  });
  const { snapshot } = await Store.load(stateFile, { readOnly: true });
  const looks = step.do === "preview" || step.flags?.includes("preview-only") === true;
  return outcomeOf({ verb: step.do, looks, events, result, ...snapshot, cloud });
}
