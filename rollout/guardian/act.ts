import { type Colour, colours, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, guardianOwner, leaseHeld } from "../../domain/record.ts";
import { drainSlot, keepSessions, reopenSlot, restartDrain } from "../policy/conclusion.ts";
import { unseenAgain } from "../policy/unseen.ts";
import { writeOrSee } from "../record/lease.ts";
import { OtherTasks } from "../run/failures.ts";
import type { Versioned, World } from "../run/ports.ts";
import { again } from "../run/retry.ts";
import { type Holding, setWeights, takeTrafficOver } from "../run/take-over.ts";
import { type Revived, type Guarding, type Sight, guard, runsAnother } from "./decision.ts";

/** What the guardian needs besides a rollout's world. */
export interface Surroundings {
  /** Everything a decision looks at, read now. */
  look(record: SwitchRecord): Promise<Sight>;
  /** Task definitions of the slot's running tasks, read now. */
  running(of: Colour): Promise<readonly string[]>;
  /** Tells the on-call topic. */
  page(subject: string, text: string): Promise<void>;
  /** Publishes heartbeat, weight and healthy targets of each slot. */
  publish(record: SwitchRecord, sight: Sight): Promise<void>;
}

/** One tick: read everything, decide, do at most one thing, tell what and why. Idempotent: a second tick finds it done. */
export async function tick(world: World, around: Surroundings): Promise<Guarding | null> {
  const found = await again(world, () => world.store.read());
  if (found === null) return null;
  const rule = found.record.ruleArn === null ? null : await again(world, () => world.rule.read());
  const sight = await around.look(found.record);
  const published = around.publish(found.record, sight);
  published.catch(() => undefined); // it is waited for below: traffic that has to go home does not wait for a figure
  const decided = guard(found.record, rule, sight);
  await act(world, around, found, decided, sight);
  await published;
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
      return forgetPage(world, found);
    case "page":
      return callForAPerson(world, around, found, decided.why);
    case "reopen":
      return reopen(world, around, found, decided);
    case "home":
      return goHome(world, around, decided, sight);
    case "reassert":
      return reassert(world, around, found, decided);
    case "retire":
      return retire(world, found, decided);
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
  const taken = await takeTrafficOver(
    world,
    choose,
    { who: nameOf(world), why: decided.why },
    limits.guardianProofMs,
    mustStillRun(world, around, decided.revives),
  );
  if (taken === null) return;
  const proof = taken.proof?.proved === true ? "proved in traffic" : "not yet proved in traffic";
  await page(
    world,
    around,
    "Traffic was sent home",
    `${decided.why}. blue ${taken.record.weights.blue} · green ${taken.record.weights.green}, ${proof}.`,
  );
}

/** Tells the on-call topic, and an hour later again when nothing has changed: not every minute. */
async function callForAPerson(
  world: World,
  around: Surroundings,
  { record, version }: Versioned,
  why: string,
): Promise<void> {
  const now = world.clock.now();
  if (record.paged?.why === why && now - record.paged.at < limits.pageAgainMs) return;
  await around.page("The traffic needs a person", why);
  // Who wrote in between has changed what there is to tell; then the next tick tells anew.
  await world.store.write({ ...record, paged: { why, at: now } }, version);
}

/** All is well again: what is found next is told, even if it is the same. A rollout's record is left alone. */
async function forgetPage(world: World, { record, version }: Versioned): Promise<void> {
  if (record.paged === null || leaseHeld(record, world.clock.now()) !== null) return;
  await world.store.write({ ...record, paged: null }, version);
}

/** A slot that got traffic by hand while it was being retired serves it, and is retired from the beginning afterwards. */
async function reopen(
  world: World,
  around: Surroundings,
  found: Versioned,
  { colour, why }: Extract<Guarding, { kind: "reopen" }>,
): Promise<void> {
  const stayMs = found.record.inputs?.plan.drainDeadline ?? 0;
  const done = await underLease(world, found, async ({ record }) => {
    const now = world.clock.now();
    return keepSessions(reopenSlot(record, colour), colour, now, now + stayMs);
  });
  if (done) await page(world, around, "The traffic needs a person", why);
}

/** Puts a rollback's weights back. */
async function reassert(
  world: World,
  around: Surroundings,
  found: Versioned,
  decided: Extract<Guarding, { kind: "reassert" }>,
): Promise<void> {
  const mayGo = mustStillRun(world, around, decided.revives);
  await mayGo(); // without the lease yet: who finds another deployment there has nothing to give back
  const unseen = unseenAgain(found.record, decided.undone, world.clock.now());
  const done = await underLease(world, { ...found, record: { ...found.record, unseen } }, async (held) => {
    const ours = [decided.weights, ...(held.record.reassert?.instead ?? [])];
    await setWeights(world, held, decided.weights, { ours, mayGo });
    const now = world.clock.now();
    // The write may have come long after the intent.
    const record = { ...held.record, unseen: unseen && { ...unseen, since: now } };
    const left = colours.find((of) => decided.weights[of] === 0);
    if (left === undefined) return record;
    // The balancer may still do what was undone: a slot that does not drain yet begins to at its deadline.
    const end = record.drain[left] === null ? keepSessions : drainSlot;
    return end(record, left, now, now + limits.evictMs);
  });
  if (done) await page(world, around, "A rollback was put back in place", decided.why);
}

/**
 * A look at the slot that gets weight from nothing, right before it does: somebody may have deployed into it since the sight.
 * Throws OtherTasks; the next tick finds the same and pages.
 */
function mustStillRun(world: World, around: Surroundings, slot: Revived | null): () => Promise<void> {
  return async () => {
    if (slot === null) return;
    const another = runsAnother(slot, await again(world, () => around.running(slot.colour)));
    if (another) throw new OtherTasks(another);
  };
}

/** One step of retirement. */
async function retire(
  world: World,
  found: Versioned,
  decided: Extract<Guarding, { kind: "retire" }>,
): Promise<void> {
  const { inputs } = found.record;
  if (inputs === null) return;
  const { colour, step } = decided;
  const now = world.clock.now();
  await underLease(world, found, async (held) => {
    const { record } = held;
    if (step === "restart") return restartDrain(record, now);
    if (step === "evict") return drainSlot(record, colour, now, now + limits.evictMs);
    if (step === "idle") {
      await settle(world, held, colour, inputs.plan.idleTasks);
      await world.capacity.free(other(colour));
    }
    const deadline = now + (step === "warm" ? inputs.plan.warmTime : 0);
    return {
      ...record,
      drain: { ...record.drain, [colour]: null },
      retirement: { colour, stage: step, since: now, deadline },
    };
  });
}

/**
 * Scales a retired slot down. Break-glass waits for no lease: a rollback that gave the slot its traffic back meanwhile had
 * raised it before this call took effect, so the slot is raised again.
 */
async function settle(world: World, held: Holding, colour: Colour, tasks: number): Promise<void> {
  try {
    await world.capacity.settle(colour, tasks, limits.settleTimeoutMs);
  } catch (error) {
    await world.clock.sleep(limits.lateEffectMs);
    throw error;
  } finally {
    const there = await again(world, () => world.store.read());
    const { weights, inputs } = there?.record ?? held.record;
    const raised = inputs?.capacity[colour].tasks ?? tasks;
    if (weights[colour] > 0) await again(world, () => world.capacity.raise(colour, raised));
  }
}

/**
 * Does something under a lease of the guardian's own, so that no `up` begins between the look and the deed, and records
 * what comes of it. False when somebody wrote in between: the next tick looks again.
 */
async function underLease(
  world: World,
  { record, version }: Versioned,
  deed: (held: Holding) => Promise<SwitchRecord>,
): Promise<boolean> {
  const now = world.clock.now();
  const lease = { owner: nameOf(world), since: now, until: now + limits.leaseMs };
  const held: Holding = { record: { ...record, lease }, version: version + 1 };
  if (!(await writeOrSee(world, held.record, version))) return false;
  const after = await deed(held);
  await again(world, () => world.store.write({ ...after, lease: null }, held.version));
  return true;
}

/** Each tick has a name of its own: two at the same moment must not take each other's writes for theirs. */
function nameOf(world: World): string {
  const tick = Math.floor(world.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  return `${guardianOwner} (tick ${tick})`;
}

/** Tells the on-call topic what was done; a call that failed is made again. */
function page(world: World, around: Surroundings, subject: string, text: string): Promise<void> {
  return again(world, () => around.page(subject, text));
}
