import { type Colour, colours, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, guardianOwner, leaseHeld } from "../../domain/record.ts";
import { drainSlot, keepSessions, reopenSlot, restartDrain } from "../policy/drain.ts";
import { unseenAgain } from "../policy/unseen.ts";
import { Hold } from "../record/hold.ts";
import { OtherTasks } from "../run/failures.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { setWeights, takeTrafficOver } from "../run/take-over.ts";
import { type Revived, type Guarding, type Observation, guard, runsAnother } from "./decision.ts";

/** The guardian's own ports, besides those of a rollout. */
export interface GuardianPorts {
  /** Everything a decision looks at, read now. */
  look(record: SwitchRecord): Promise<Observation>;
  /** Task definitions of the slot's running tasks, read now. */
  running(of: Colour): Promise<readonly string[]>;
  /** Tells the on-call topic. */
  page(subject: string, text: string): Promise<void>;
  /** Publishes heartbeat, weight and healthy targets of each slot. */
  publish(record: SwitchRecord, observation: Observation): Promise<void>;
}

/** One tick: read everything, decide, do at most one thing, tell what and why. Idempotent: a second tick finds it done. */
export async function tick(ports: Ports, guardian: GuardianPorts): Promise<Guarding | null> {
  const found = await withRetries(ports, () => ports.store.read());
  if (found === null) return null;
  const rule = found.record.ruleArn === null ? null : await withRetries(ports, () => ports.rule.read());
  const observation = await guardian.look(found.record);
  const published = guardian.publish(found.record, observation);
  published.catch(() => undefined); // it is waited for below: traffic that has to go home does not wait for a figure
  const decided = guard(found.record, rule, observation);
  await perform(ports, guardian, found, decided, observation);
  await published;
  return decided;
}

async function perform(
  ports: Ports,
  guardian: GuardianPorts,
  found: Versioned,
  decided: Guarding,
  observation: Observation,
): Promise<void> {
  switch (decided.kind) {
    case "watch":
      return forgetPage(ports, found);
    case "page":
      return callForAPerson(ports, guardian, found, decided.why);
    case "reopen":
      return reopen(ports, guardian, found, decided);
    case "rollback":
      return takeTrafficBack(ports, guardian, decided, observation);
    case "reassert":
      return reassert(ports, guardian, found, decided);
    case "retire":
      return retire(ports, found, decided);
    default:
      return decided satisfies never;
  }
}

/** Takes over only while the same situation still holds: an `up` that came in between keeps its lease. */
async function takeTrafficBack(
  ports: Ports,
  guardian: GuardianPorts,
  decided: Extract<Guarding, { kind: "rollback" }>,
  observation: Observation,
): Promise<void> {
  const choose = (record: SwitchRecord) => {
    const now = guard(
      record,
      { weights: record.weights, foreign: [] },
      { ...observation, now: ports.clock.now() },
    );
    return now.kind === "rollback" ? now.rollback : null;
  };
  const taken = await takeTrafficOver(
    ports,
    choose,
    { who: nameOf(ports), why: decided.why },
    limits.guardianProofMs,
    mustStillRun(ports, guardian, decided.revives),
  );
  if (taken === null) return;
  const proof = taken.proof?.proved === true ? "proved in traffic" : "not yet proved in traffic";
  await page(
    ports,
    guardian,
    "Traffic was rolled back",
    `${decided.why}. blue ${taken.record.weights.blue} · green ${taken.record.weights.green}, ${proof}.`,
  );
}

/** Tells the on-call topic, and an hour later again when nothing has changed: not every minute. */
async function callForAPerson(
  ports: Ports,
  guardian: GuardianPorts,
  { record, version }: Versioned,
  why: string,
): Promise<void> {
  const now = ports.clock.now();
  if (record.paged?.why === why && now - record.paged.at < limits.pageAgainMs) return;
  await guardian.page("The traffic needs a person", why);
  // Who wrote in between has changed what there is to tell; then the next tick tells anew.
  await ports.store.write({ ...record, paged: { why, at: now } }, version);
}

/** All is well again: what is found next is told, even if it is the same. A rollout's record is left alone. */
async function forgetPage(ports: Ports, { record, version }: Versioned): Promise<void> {
  if (record.paged === null || leaseHeld(record, ports.clock.now()) !== null) return;
  await ports.store.write({ ...record, paged: null }, version);
}

/** A slot that got traffic by hand while it was being retired serves it, and is retired from the beginning afterwards. */
async function reopen(
  ports: Ports,
  guardian: GuardianPorts,
  found: Versioned,
  { colour, why }: Extract<Guarding, { kind: "reopen" }>,
): Promise<void> {
  const stayMs = found.record.inputs?.plan.drainDeadline ?? 0;
  const done = await underLease(ports, found, async ({ record }) => {
    const now = ports.clock.now();
    return keepSessions(reopenSlot(record, colour), colour, now, now + stayMs);
  });
  if (done) await page(ports, guardian, "The traffic needs a person", why);
}

/** Puts a rollback's weights back. */
async function reassert(
  ports: Ports,
  guardian: GuardianPorts,
  found: Versioned,
  decided: Extract<Guarding, { kind: "reassert" }>,
): Promise<void> {
  const mayGo = mustStillRun(ports, guardian, decided.revives);
  await mayGo(); // without the lease yet: who finds another deployment there has nothing to give back
  const unseen = unseenAgain(found.record, decided.undone, ports.clock.now());
  const done = await underLease(ports, { ...found, record: { ...found.record, unseen } }, async (hold) => {
    const ours = [decided.weights, ...(hold.record.reassert?.instead ?? [])];
    await setWeights(hold, decided.weights, { ours, mayGo });
    const now = ports.clock.now();
    // The write may have come long after the intent.
    const record = { ...hold.record, unseen: unseen && { ...unseen, since: now } };
    const left = colours.find((of) => decided.weights[of] === 0);
    if (left === undefined) return record;
    // The balancer may still do what was undone: a slot that does not drain yet begins to at its deadline.
    const end = record.drain[left] === null ? keepSessions : drainSlot;
    return end(record, left, now, now + limits.evictMs);
  });
  if (done) await page(ports, guardian, "A rollback was put back in place", decided.why);
}

/**
 * A look at the slot that gets weight from nothing, right before it does: somebody may have deployed into it since the observation.
 * Throws OtherTasks; the next tick finds the same and pages.
 */
function mustStillRun(ports: Ports, guardian: GuardianPorts, slot: Revived | null): () => Promise<void> {
  return async () => {
    if (slot === null) return;
    const another = runsAnother(slot, await withRetries(ports, () => guardian.running(slot.colour)));
    if (another) throw new OtherTasks(another);
  };
}

/** One step of retirement. */
async function retire(
  ports: Ports,
  found: Versioned,
  decided: Extract<Guarding, { kind: "retire" }>,
): Promise<void> {
  const { inputs } = found.record;
  if (inputs === null) return;
  const { colour, step } = decided;
  const now = ports.clock.now();
  await underLease(ports, found, async (hold) => {
    const { record } = hold;
    if (step === "restart") return restartDrain(record, now);
    if (step === "evict") return drainSlot(record, colour, now, now + limits.evictMs);
    if (step === "idle") {
      await settle(hold, colour, inputs.plan.idleTasks);
      await ports.capacity.free(other(colour));
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
async function settle(hold: Hold, colour: Colour, tasks: number): Promise<void> {
  const { ports } = hold;
  try {
    await ports.capacity.settle(colour, tasks, limits.settleTimeoutMs);
  } catch (error) {
    await ports.clock.sleep(limits.lateEffectMs);
    throw error;
  } finally {
    const there = await withRetries(ports, () => ports.store.read());
    const { weights, inputs } = there?.record ?? hold.record;
    const raised = inputs?.capacity[colour].tasks ?? tasks;
    if (weights[colour] > 0) await withRetries(ports, () => ports.capacity.raise(colour, raised));
  }
}

/**
 * Does something under a lease of the guardian's own, so that no `up` begins between the look and the work, and records
 * what comes of it. False when somebody wrote in between: the next tick looks again.
 */
async function underLease(
  ports: Ports,
  { record, version }: Versioned,
  work: (hold: Hold) => Promise<SwitchRecord>,
): Promise<boolean> {
  const now = ports.clock.now();
  const lease = { owner: nameOf(ports), since: now, until: now + limits.leaseMs };
  const hold = await Hold.take(ports, { ...record, lease }, version);
  if (hold === null) return false;
  const after = await work(hold);
  await withRetries(ports, () => hold.letGo({ ...after, lease: null }));
  return true;
}

/** Each tick has a name of its own: two at the same moment must not take each other's writes for theirs. */
function nameOf(ports: Ports): string {
  const tick = Math.floor(ports.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  return `${guardianOwner} (tick ${tick})`;
}

/** Tells the on-call topic what was done; a call that failed is made again. */
function page(ports: Ports, guardian: GuardianPorts, subject: string, text: string): Promise<void> {
  return withRetries(ports, () => guardian.page(subject, text));
}
