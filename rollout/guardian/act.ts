import { limits } from "../policy/limits.ts";
import type { SwitchRecord } from "../policy/record.ts";
import type { Colour } from "../policy/colour.ts";
import type { Versioned, World } from "../ports.ts";
import { again } from "../retry.ts";
import { setWeights, takeTrafficOver } from "../takeover.ts";
import { type Guarding, type Sight, guard } from "./decision.ts";

/** What the guardian needs besides a rollout's world. */
export interface Surroundings {
  /** Everything a decision looks at, read now. */
  look(record: SwitchRecord): Promise<Sight>;
  /** Scales a slot to `tasks` and gives its scale-in back to autoscaling. */
  settle(of: Colour, tasks: number): Promise<void>;
  /** Tells the on-call topic. */
  page(subject: string, text: string): Promise<void>;
  /** Publishes heartbeat, weight and healthy targets of each slot. */
  publish(record: SwitchRecord, sight: Sight): Promise<void>;
}

/** Proof of a way home inside one invocation, in milliseconds: well under the function's time limit. */
const proofMs = 20_000;

/** One tick: read everything, decide, do at most one thing, tell what and why. Idempotent: a second tick finds it done. */
export async function tick(world: World, around: Surroundings): Promise<Guarding | null> {
  const found = await again(world, () => world.store.read());
  if (found === null) return null;
  const rule = found.record.ruleArn === null ? null : await again(world, () => world.rule.read());
  const sight = await around.look(found.record);
  await around.publish(found.record, sight);
  const decided = guard(found.record, rule, sight);
  await act(world, around, found, decided, sight);
  return decided;
}

async function act(
  world: World,
  around: Surroundings,
  found: Versioned,
  decided: Guarding,
  sight: Sight,
): Promise<void> {
  switch (decided.kind) {
    case "watch":
      return;
    case "page":
      return around.page("The traffic needs a person", decided.why);
    case "home":
      return goHome(world, around, decided, sight);
    case "reassert":
      return reassert(world, around, found, decided);
    case "retire":
      return retire(world, around, found, decided);
    default:
      return decided satisfies never;
  }
}

/** Takes over only while the same situation still holds: an `up` that came in between keeps its lease. */
async function goHome(
  world: World,
  around: Surroundings,
  decided: Extract<Guarding, { kind: "home" }>,
  sight: Sight,
): Promise<void> {
  const choose = (record: SwitchRecord) => {
    const now = guard(
      record,
      { weights: record.weights, strangers: [] },
      { ...sight, now: world.clock.now() },
    );
    return now.kind === "home" ? now.home : null;
  };
  const taken = await takeTrafficOver(world, choose, { who: "the guardian", why: decided.why }, proofMs);
  if (taken === null) return;
  const proof = taken.proof?.proved === true ? "proved in traffic" : "not yet proved in traffic";
  await around.page(
    "Traffic was sent home",
    `${decided.why}. blue ${taken.record.weights.blue} · green ${taken.record.weights.green}, ${proof}.`,
  );
}

/** Puts a rollback's weights back under a lease of its own, so that no `up` begins between the look and the write. */
async function reassert(
  world: World,
  around: Surroundings,
  { record, version }: Versioned,
  decided: Extract<Guarding, { kind: "reassert" }>,
): Promise<void> {
  const now = world.clock.now();
  const held = {
    record: { ...record, lease: { owner: "the guardian", since: now, until: now + limits.leaseMs } },
    version: version + 1,
  };
  if (!(await world.store.write(held.record, version))) return; // somebody wrote in between: the next tick looks again
  await setWeights(world, held, decided.weights);
  await again(world, () => world.store.write({ ...record, lease: null }, held.version));
  await around.page("A rollback was put back in place", decided.why);
}

/** One step of retirement, by conditional write: whoever wrote in between is not overwritten, and the next tick looks again. */
async function retire(
  world: World,
  around: Surroundings,
  { record, version }: Versioned,
  decided: Extract<Guarding, { kind: "retire" }>,
): Promise<void> {
  const { inputs } = record;
  if (inputs === null) return;
  const now = world.clock.now();
  const { colour } = decided;
  if (decided.step === "idle") await around.settle(colour, inputs.plan.idleTasks);
  const deadline = now + (decided.step === "warm" ? inputs.plan.warmTime : 0);
  await world.store.write(
    {
      ...record,
      drain: { ...record.drain, [colour]: null },
      retirement: { colour, stage: decided.step, since: now, deadline },
    },
    version,
  );
}
