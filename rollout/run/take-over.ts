import { perColour } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import { shows } from "../policy/decision.ts";
import { restartDrain } from "../policy/drain.ts";
import { type Rollback, emptied, takeOver } from "../policy/rollback-target.ts";
import { Hold } from "../record/hold.ts";
import { Drifted } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { Versioned, Ports } from "./ports.ts";
import { type Pending, type Proof, type Watch, prove } from "./prove.ts";
import { raiseServing } from "./raise-serving.ts";
import { urgently } from "./retry.ts";
import { compare } from "./shift.ts";

/** What a takeover did. */
export interface TakenOver {
  readonly record: SwitchRecord;
  readonly from: Weights;
  readonly writes: number;
  readonly proof: Proof | null;
}

/** What whoever is no person minds, right before each try of the change and as late as can be. */
export interface Minding {
  /** Weights that may be overwritten: anything else throws Drifted. */
  readonly ours: readonly Weights[];
  /** Throws when the slots are no longer what was decided on. */
  readonly mayGo: () => Promise<void>;
}

/** Decides on what is found; null: there is nothing to do. Called again when somebody else wrote in between. */
export type Choose = (found: SwitchRecord) => Rollback | null;

/**
 * Takes the traffic over: fence and weights into the record, one ModifyRule, read back, proof. Waits for no lease, no gate
 * and no metric. Returns null when `choose` finds nothing to do. A person's word overrides what another person set by hand;
 * who gives `mayGo` is none, and looks at rule and slots once more before the change, for the claim may have taken long: a
 * hand edit throws Drifted, and when `mayGo` throws, the claim is given back.
 */
export async function takeTrafficOver(
  ports: Ports,
  choose: Choose,
  by: { who: string; why: string },
  proofMs: number | null,
  mayGo: Minding["mayGo"] | null = null,
): Promise<TakenOver | null> {
  // A hand edit that is about to be overwritten is what the balancer does until then; the proof has to know it, the rollback not.
  const [claimed, found] = await Promise.all([claim(ports, choose, by), ports.rule.read().catch(() => null)]);
  if (claimed === null) return null;
  const { hold, pending } = claimed;
  const from = claimed.before.weights;
  const { record } = hold;
  const late = [from, ...(record.reassert?.instead ?? [])];
  const before = [...late, ...(found ? [found.weights] : []), ...(record.unseen?.before ?? [])];
  const minding = mayGo && { ours: [...late, record.weights], mayGo };
  if (minding) await lookAgain(minding, claimed);
  const raised = record.inputs && raiseServing(ports, record.weights, tasksOf(record.inputs));
  const watch =
    proofMs === null ? null : { timeoutMs: proofMs, signal: new AbortController().signal, pending };
  const { writes, proof } = await setAndProve(hold, { before, minding, watch });
  await raised;
  await release(hold, proof?.proved === true);
  return { record: hold.record, from, writes, proof };
}

const tasksOf = ({ capacity }: SwitchInputs) => perColour((of) => capacity[of].tasks);

/**
 * Sets the rule, reads it back and proves it, and sees that it still shows what was proved: a change of the rollout that was
 * taken over may have been under way, and then all of it is done again.
 */
async function setAndProve(
  hold: Hold,
  how: { before: readonly Weights[]; minding: Minding | null; watch: Watch | null },
): Promise<{ writes: number; proof: Proof | null }> {
  const { ports } = hold;
  const { weights } = hold.record;
  let writes = 0;
  for (let n = 1; ; n++) {
    writes += await setWeights(hold, weights, how.minding);
    // What came in between may not have shown yet: the balancer would still answer as after the first time.
    const unclearUntil = n > 1 && how.watch ? ports.clock.now() + how.watch.timeoutMs : null;
    let live = await urgently(ports, () => ports.rule.read());
    let proof: Proof | null = null;
    if (live !== null && shows(live, [weights]) && how.watch) {
      proof = await prove(ports, how.before, weights, { ...how.watch, unclearUntil });
      live = await urgently(ports, () => ports.rule.read());
    }
    if (live !== null && shows(live, [weights])) return { writes, proof };
    await hold.mustLast();
    if (n >= limits.modifyTries || (how.minding && !(live && shows(live, how.minding.ours))))
      throw new Drifted(live, weights);
  }
}

/**
 * Gives the lease back, unless somebody has taken it over since: then it is theirs. What is not proved may still send new
 * sessions to the slot that was left, which therefore takes them until the guardian ends that.
 */
async function release(hold: Hold, proved: boolean): Promise<void> {
  const { ports, record } = hold;
  const now = ports.clock.now();
  const over = proved ? { ...emptied(record, now), unseen: null } : restartDrain(record, now);
  await urgently(ports, () => hold.letGo({ ...over, lease: null }));
}

interface Claim {
  readonly hold: Hold;
  /** The record that was claimed. */
  readonly before: SwitchRecord;
  readonly pending: Pending | null;
}

/** Nothing was changed yet: where the slots are no longer what was decided on, all but the fence is again as it was found. */
async function lookAgain({ ours, mayGo }: Minding, { hold, before }: Claim): Promise<void> {
  const { ports, record } = hold;
  const [looked, may] = await Promise.allSettled([compare(ports, ours, record.weights), mayGo()]);
  if (looked.status === "rejected") throw looked.reason;
  if (may.status === "fulfilled") return;
  const { fence, fencedBy } = record;
  await urgently(ports, () => hold.letGo({ ...before, fence, fencedBy }));
  throw may.reason;
}

/** The record, with the fence raised, by conditional write against whatever anybody else writes meanwhile. */
async function claim(ports: Ports, choose: Choose, by: { who: string; why: string }): Promise<Claim | null> {
  let stack: string | undefined;
  for (let n = 0; n < limits.urgentTries; n++) {
    const found: Versioned | null = await urgently(ports, () => ports.store.read());
    stack = found?.record.inputs?.stack;
    const rollback = found && choose(found.record);
    if (!found || !rollback) return null;
    const record = takeOver(found.record, rollback, by, ports.clock.now());
    const hold = await urgently(ports, () => Hold.take(ports, record, found.version));
    if (hold) {
      const pending = pendingOf(record, record.inputs?.plan.proofTimeout ?? 0);
      return { hold, before: found.record, pending };
    }
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
export async function setWeights(hold: Hold, to: Weights, minding: Minding | null): Promise<number> {
  const { ports } = hold;
  let writes = 0;
  await urgently(ports, async () => {
    if (writes > 0 && (await alreadySet(hold, to, minding))) return;
    await hold.keep();
    writes++;
    await ports.rule.modify(to, limits.modifyTimeoutMs);
  });
  return writes;
}

async function alreadySet(hold: Hold, to: Weights, minding: Minding | null): Promise<boolean> {
  await hold.mustLast();
  const live = await hold.ports.rule.read();
  if (live !== null && shows(live, [to])) return true;
  if (minding === null) return false;
  if (live === null || !shows(live, minding.ours)) throw new Drifted(live, to);
  await minding.mayGo();
  return false;
}
