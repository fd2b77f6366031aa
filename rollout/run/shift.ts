import { backOffMs } from "../../domain/back-off.ts";
import type { Colour } from "../../domain/colour.ts";
import { colours } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type Weights, describeWeights, sameWeights } from "../../domain/weight.ts";
import { keepSessions, undrainSlot } from "../policy/drain.ts";
import { type LiveRule, shows } from "../policy/live-rule.ts";
import { firstWeight } from "../policy/unseen.ts";
import type { Lease } from "../record/lease.ts";
import { ApiRefused, Drifted, Fenced, Short } from "./failures.ts";
import type { Ports } from "./ports.ts";
import { withRetries, isThrottling } from "./retry.ts";

/** The targets needed: how many healthy ones each colour must have before it may get its share. */
export type Needed = (weights: Weights) => Record<Colour, number>;

/**
 * One change of the weighted rule under the write protocol: compare, check capacity, intent, one ModifyRule, read back.
 * Returns how many writes it took. Proof and the final record are the caller's next steps.
 * Throws Fenced, Drifted, Short, or ApiRefused when the rule is known to be unchanged.
 */
export async function shift(
  lease: Lease,
  from: Weights,
  to: Weights,
  needed: Needed,
  expected: readonly Weights[] = [from],
): Promise<number> {
  const { ports } = lease;
  // A change of ours whose answer was lost may arrive late: that is no hand edit.
  const ours = [...expected, ...(lease.record.rollout?.tried ?? [])];
  await compare(ports, ours, from);
  const targets = await seeTargets(ports, to, needed(to));
  const serving = colours.filter((colour) => to[colour] > 0);
  const emptied = colours.find((colour) => to[colour] === 0 && ours.some((weights) => weights[colour] > 0));
  await lease.change((record) => ({
    ...loseTraffic(
      serving.reduce(undrainSlot, record.intent ? remember(record, record.intent.to) : record),
      emptied,
      ports.clock.now(),
    ),
    intent: { from, to, at: ports.clock.now(), pending: firstWeight(record, to, ports.clock.now()) },
  }));
  const tries = await modify(lease, [from, to, ...ours], to, targets);
  await readBack(lease, to);
  return tries;
}

/** Noted before the change, for a crash must not leave a slot behind whose sessions nobody waits for. */
function loseTraffic(record: SwitchRecord, colour: Colour | undefined, now: number): SwitchRecord {
  const drainDeadline = record.inputs?.plan.drainDeadline ?? 0;
  return colour === undefined ? record : keepSessions(record, colour, now, now + drainDeadline);
}

/** Reads the live rule; throws Drifted when it shows none of the expected weights. */
export async function compare(
  ports: Ports,
  expected: readonly Weights[],
  recorded: Weights,
): Promise<LiveRule> {
  const live = await withRetries(ports, () => ports.rule.read());
  if (live === null || !shows(live, expected)) throw new Drifted(live, recorded);
  return live;
}

/** Sees that a colour has the targets for a weight, now and again before a write that comes much later. */
async function seeTargets(
  ports: Ports,
  to: Weights,
  needed: Record<Colour, number>,
): Promise<() => Promise<void>> {
  let seen = ports.clock.now();
  await mustHaveTargets(ports, to, needed);
  return async () => {
    if (ports.clock.now() - seen <= limits.targetsFreshMs) return;
    seen = ports.clock.now();
    await mustHaveTargets(ports, to, needed);
  };
}

/** A colour that gets weight must have the healthy targets for it. */
async function mustHaveTargets(ports: Ports, to: Weights, needed: Record<Colour, number>): Promise<void> {
  for (const colour of colours) {
    if (to[colour] === 0) continue;
    const healthy = await withRetries(ports, () => ports.capacity.healthy(colour));
    if (healthy < needed[colour])
      throw new Short(
        `${colour} has ${healthy} healthy targets, and ${to[colour]} % of the traffic needs ${needed[colour]}`,
      );
  }
}

/** ModifyRule until the rule shows `to`. Before each own retry, lease and fence are read again and the rule is looked at. */
async function modify(
  lease: Lease,
  expected: readonly Weights[],
  to: Weights,
  stillHasTargets: () => Promise<void>,
): Promise<number> {
  const { ports } = lease;
  let tries = 0;
  for (;;) {
    const began = ports.clock.now();
    await stillHasTargets();
    if (await alreadyThere(ports, expected, to)) return tries;
    if (lease.restMs < limits.modifyTimeoutMs + limits.leaseMarginMs) await lease.renew();
    else if (ports.clock.now() - began > limits.fenceFreshMs) await lease.confirm();
    tries++;
    try {
      await ports.rule.modify(to, limits.modifyTimeoutMs);
      return tries;
    } catch (error) {
      await lease.change((record) => remember(record, to));
      if (tries >= triesAfter(error)) return giveUp(ports, { expected, to, tries }, error as Error);
      await ports.clock.sleep(backOffMs(tries, ports.random()));
    }
  }
}

/** What was throttled did nothing, and is asked again for longer than what nobody knows the outcome of. */
function triesAfter(error: unknown): number {
  return isThrottling(error) ? limits.throttledTries : limits.modifyTries;
}

/** One last look: an answer may have been lost. */
async function giveUp(
  ports: Ports,
  { expected, to, tries }: { expected: readonly Weights[]; to: Weights; tries: number },
  cause: Error,
): Promise<number> {
  if (await alreadyThere(ports, expected, to)) return tries;
  throw new ApiRefused(`the balancer refused ${describeWeights(to)} ${tries} times: ${cause.message}`, {
    cause,
  });
}

/** Notes weights whose change went unanswered. */
function remember(record: SwitchRecord, to: Weights): SwitchRecord {
  const { rollout } = record;
  if (rollout === null || rollout.tried.some((weights) => sameWeights(weights, to))) return record;
  return { ...record, rollout: { ...rollout, tried: [...rollout.tried, to] } };
}

/** Whether an earlier try took effect. Anything but the weights expected is drift. */
async function alreadyThere(ports: Ports, expected: readonly Weights[], to: Weights): Promise<boolean> {
  const live = await compare(ports, expected, expected[0] as Weights);
  return sameWeights(live.weights, to);
}

/** The rule must show the weights, and the fence must be where it was: a write that came after a take-over is put right. */
async function readBack(lease: Lease, to: Weights): Promise<void> {
  const { ports } = lease;
  try {
    await lease.confirm();
  } catch (error) {
    if (error instanceof Fenced) await repair(ports, lease.record.weights, to);
    throw error;
  }
  await compare(ports, [to], to);
}

/** Puts back the weights of whoever raised the fence, when our own late write is what the rule shows. */
async function repair(ports: Ports, theirs: Weights, ours: Weights): Promise<void> {
  const live = await withRetries(ports, () => ports.rule.read());
  if (live === null || !sameWeights(live.weights, ours) || sameWeights(theirs, ours)) return;
  await withRetries(ports, () => ports.rule.modify(theirs, limits.modifyTimeoutMs));
  ports.report({ kind: "repaired", weights: theirs });
}
