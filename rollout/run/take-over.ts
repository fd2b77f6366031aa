import { colours } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import { restartDrain } from "../policy/conclusion.ts";
import { shows } from "../policy/decision.ts";
import { type WayHome, emptied, takeOver } from "../policy/rollback-target.ts";
import { writeOrSee } from "../record/lease.ts";
import { Drifted, Fenced } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { Versioned, World } from "./ports.ts";
import { type Pending, type Proof, type Watch, prove } from "./prove.ts";
import { urgently } from "./retry.ts";
import { compare } from "./shift.ts";

/** What a takeover did. */
export interface TakenOver {
  readonly record: SwitchRecord;
  readonly from: Weights;
  readonly writes: number;
  readonly proof: Proof | null;
}

/** The record as whoever took over last wrote it: it changes when the lease is renewed. */
export interface Holding {
  record: SwitchRecord;
  version: number;
}

/** What whoever is no person minds, right before each try of the change and as late as can be. */
export interface Minding {
  /** Weights that may be overwritten: anything else throws Drifted. */
  readonly ours: readonly Weights[];
  /** Throws when the slots are no longer what was decided on. */
  readonly mayGo: () => Promise<void>;
}

/** Decides on what is found; null: there is nothing to do. Called again when somebody else wrote in between. */
export type Choose = (found: SwitchRecord) => WayHome | null;

/**
 * Takes the traffic over: fence and weights into the record, one ModifyRule, read back, proof. Waits for no lease, no gate
 * and no metric. Returns null when `choose` finds nothing to do. A person's word overrides what another person set by hand;
 * who gives `mayGo` is none, and looks at rule and slots once more before the change, for the claim may have taken long: a
 * hand edit throws Drifted, and when `mayGo` throws, the claim is given back.
 */
export async function takeTrafficOver(
  world: World,
  choose: Choose,
  by: { who: string; why: string },
  proofMs: number | null,
  mayGo: Minding["mayGo"] | null = null,
): Promise<TakenOver | null> {
  // A hand edit that is about to be overwritten is what the balancer does until then; the proof has to know it, the way home not.
  const [claimed, found] = await Promise.all([claim(world, choose, by), world.rule.read().catch(() => null)]);
  if (claimed === null) return null;
  const { pending } = claimed;
  const from = claimed.before.weights;
  const held: Holding = { ...claimed.held };
  const { record } = claimed.held;
  const late = [from, ...(record.reassert?.instead ?? [])];
  const before = [...late, ...(found ? [found.weights] : []), ...(record.unseen?.before ?? [])];
  const minding = mayGo && { ours: [...late, record.weights], mayGo };
  if (minding) await lookAgain(world, minding, claimed);
  const raised = raiseHome(world, record);
  const watch =
    proofMs === null ? null : { timeoutMs: proofMs, signal: new AbortController().signal, pending };
  const { writes, proof } = await setAndProve(world, held, { before, minding, watch });
  await raised;
  await release(world, held, proof?.proved === true);
  return { record: held.record, from, writes, proof };
}

/**
 * Sets the rule, reads it back and proves it, and sees that it still shows what was proved: a change of the rollout that was
 * taken over may have been under way, and then all of it is done again.
 */
async function setAndProve(
  world: World,
  held: Holding,
  how: { before: readonly Weights[]; minding: Minding | null; watch: Watch | null },
): Promise<{ writes: number; proof: Proof | null }> {
  const { weights } = held.record;
  let writes = 0;
  for (let n = 1; ; n++) {
    writes += await setWeights(world, held, weights, how.minding);
    // What came in between may not have shown yet: the balancer would still answer as after the first time.
    const unclearUntil = n > 1 && how.watch ? world.clock.now() + how.watch.timeoutMs : null;
    let live = await urgently(world, () => world.rule.read());
    let proof: Proof | null = null;
    if (live !== null && shows(live, [weights]) && how.watch) {
      proof = await prove(world, how.before, weights, { ...how.watch, unclearUntil });
      live = await urgently(world, () => world.rule.read());
    }
    if (live !== null && shows(live, [weights])) return { writes, proof };
    await mustHold(world, held);
    if (n >= limits.modifyTries || (how.minding && !(live && shows(live, how.minding.ours))))
      throw new Drifted(live, weights);
  }
}

/**
 * All of the tasks for the slots that get the traffic, some of which may have been retired since. Asked for before the
 * rule is changed and not waited for: one healthy target is enough to go home, and what fails here is told.
 */
async function raiseHome(world: World, { inputs, weights }: SwitchRecord): Promise<void> {
  if (inputs === null) return;
  for (const colour of colours) {
    if (weights[colour] === 0) continue;
    const { tasks } = inputs.capacity[colour];
    try {
      await world.capacity.raise(colour, tasks);
    } catch (error) {
      const text = `raising ${colour} to ${tasks} tasks failed: ${(error as Error).message}`;
      world.report({ kind: "scaling", colour, text });
    }
  }
}

/**
 * Gives the lease back, unless somebody has taken it over since: then it is theirs. What is not proved may still send new
 * sessions to the slot that was left, which therefore takes them until the guardian ends that.
 */
async function release(world: World, { record, version }: Versioned, proved: boolean): Promise<void> {
  const now = world.clock.now();
  const over = proved ? { ...emptied(record, now), unseen: null } : restartDrain(record, now);
  const released = { ...over, lease: null };
  await urgently(world, () => world.store.write(released, version));
}

interface Claim {
  readonly held: Versioned;
  /** The record that was claimed. */
  readonly before: SwitchRecord;
  readonly pending: Pending | null;
}

/** Nothing was changed yet: where the slots are no longer what was decided on, all but the fence is again as it was found. */
async function lookAgain(
  world: World,
  { ours, mayGo }: Minding,
  { held: { record, version }, before }: Claim,
): Promise<void> {
  const [looked, may] = await Promise.allSettled([compare(world, ours, record.weights), mayGo()]);
  if (looked.status === "rejected") throw looked.reason;
  if (may.status === "fulfilled") return;
  const { fence, fencedBy } = record;
  await urgently(world, () => world.store.write({ ...before, fence, fencedBy }, version));
  throw may.reason;
}

/** The record, with the fence raised, by conditional write against whatever anybody else writes meanwhile. */
async function claim(world: World, choose: Choose, by: { who: string; why: string }): Promise<Claim | null> {
  let stack: string | undefined;
  for (let n = 0; n < limits.urgentTries; n++) {
    const found: Versioned | null = await urgently(world, () => world.store.read());
    stack = found?.record.inputs?.stack;
    const home = found && choose(found.record);
    if (!found || !home) return null;
    const record = takeOver(found.record, home, by, world.clock.now());
    if (await urgently(world, () => writeOrSee(world, record, found.version)))
      return {
        held: { record, version: found.version + 1 },
        before: found.record,
        pending: pendingOf(record, record.inputs?.plan.proofTimeout ?? 0),
      };
  }
  throw new Error(
    `the record was changed ${limits.urgentTries} times while the traffic was being taken over; look at it with: ${commandLine("status", stack)}`,
  );
}

/**
 * Sets the rule; looks at it before every further try, so that the usual way is exactly one ModifyRule. Stops when
 * somebody else took over in between: then their weights stand. No write arrives after the lease ran out.
 * @param minding null: whatever the rule shows may be overwritten
 */
export async function setWeights(
  world: World,
  held: Holding,
  to: Weights,
  minding: Minding | null,
): Promise<number> {
  let writes = 0;
  await urgently(world, async () => {
    if (writes > 0 && (await alreadySet(world, held, to, minding))) return;
    await keepLease(world, held);
    writes++;
    await world.rule.modify(to, limits.modifyTimeoutMs);
  });
  return writes;
}

/** Renews a lease whose rest is too short for one more rule change. */
async function keepLease(world: World, held: Holding): Promise<void> {
  const now = world.clock.now();
  const { lease } = held.record;
  if (lease === null || lease.until - now >= limits.modifyTimeoutMs + limits.leaseMarginMs) return;
  const renewed = { ...restartDrain(held.record, now), lease: { ...lease, until: now + limits.leaseMs } };
  if (!(await writeOrSee(world, renewed, held.version))) throw takenOver();
  held.record = renewed;
  held.version++;
}

const takenOver = () => new Fenced("somebody else took the traffic over in the meantime");

/** Throws Fenced when somebody else wrote the record: the traffic is theirs. */
async function mustHold(world: World, held: Holding): Promise<void> {
  const there = await urgently(world, () => world.store.read());
  if (there?.version !== held.version) throw takenOver();
}

async function alreadySet(
  world: World,
  held: Holding,
  to: Weights,
  minding: Minding | null,
): Promise<boolean> {
  await mustHold(world, held);
  const live = await world.rule.read();
  if (live !== null && shows(live, [to])) return true;
  if (minding === null) return false;
  if (live === null || !shows(live, minding.ours)) throw new Drifted(live, to);
  await minding.mayGo();
  return false;
}
