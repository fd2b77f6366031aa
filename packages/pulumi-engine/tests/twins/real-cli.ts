import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliStack } from "../../src/cli/stack.ts";
import type { EngineEvent } from "../../src/engine/events.ts";
import type { ResourceState } from "../../src/engine/state/resource.ts";
import { byHand } from "./by-hand.ts";
import { doMeanwhile, pluginEnded } from "./meanwhile.ts";
import { type Pending, outcomeOf } from "./outcome.ts";
import { type Outcome, type Side, type Situation, type Step, urnOfThing } from "./situation.ts";

const projectFolder = join(import.meta.dirname, "project");

/** The Pulumi CLI. */
export const realCli = (executable: string): Side => ({
  name: "pulumi",
  async play(situation: Situation): Promise<Outcome[]> {
    const folder = mkdtempSync(join(tmpdir(), "twin-"));
    const cloud = join(folder, "cloud");
    mkdirSync(cloud);
    const stack = await CliStack.open({
      executable,
      projectFolder,
      project: "twins",
      stack: "twin",
      folder: join(folder, "pulumi"),
      env: { TWIN_CLOUD: cloud },
    });
    try {
      const outcomes: Outcome[] = [];
      for (const step of situation.steps) outcomes.push(await played(stack, step, cloud));
      return outcomes;
    } finally {
      await stack.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

async function played(stack: CliStack, step: Step, cloud: string): Promise<Outcome> {
  byHand(cloud, step);
  if (step.world) await stack.setConfig({ "twins:world": step.world });
  const events: EngineEvent[] = [];
  const target = step.target === undefined ? [] : ["--target", urnOfThing(step.target)];
  const flags = [...(step.flags ?? []).map((flag) => `--${flag}`), ...target];
  const run = await stack.start(step.do, { flags, onEvent: (event) => events.push(event) });
  await doMeanwhile(cloud, step, {
    interrupt: () => run.signal("SIGINT"),
    kill: () => run.signal("SIGKILL"),
    get over() {
      return run.over;
    },
  });
  const ended = await run.done;
  const result = step.meanwhile === "kill" ? null : ended;
  if (result === null) {
    await pluginEnded(cloud);
    // The lock of a dead CLI stays until somebody types this.
    await stack.command(["cancel", "--yes"]);
  }
  const { code, out, err } = await stack.command(["stack", "export", "--show-secrets"]);
  if (code !== 0) throw new Error(`pulumi stack export exited with code ${code}: ${err}`);
  const { deployment } = JSON.parse(out) as {
    deployment: { resources?: Listed[]; pending_operations?: Pending[] };
  };
  const looks = step.do === "preview" || step.flags?.includes("preview-only") === true;
  const { resources: listed = [], pending_operations: pending = [] } = deployment;
  // The CLI leaves out what is empty.
  const resources = listed.map((one) => ({ ...one, ...filled(one) }));
  return outcomeOf({ verb: step.do, looks, events, result, resources, pending, cloud });
}

/** A resource as the CLI exports it. */
type Listed = Omit<ResourceState, "dependencies" | "propertyDependencies"> &
  Partial<Pick<ResourceState, "dependencies" | "propertyDependencies">>;

const filled = ({ dependencies = [], propertyDependencies = {} }: Listed) => ({
  dependencies,
  propertyDependencies,
});
