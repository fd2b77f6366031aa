import type { Colour } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type Weights, describeWeights } from "../../domain/weight.ts";
import { fits, planProof } from "../policy/proof.ts";
import { Refusal, TurnedAway } from "./failures.ts";
import type { Ports } from "./ports.ts";

/** What real responses showed. */
export type Proof =
  | {
      readonly proved: true;
      readonly answers: Record<Colour, number>;
      readonly addresses: number;
      readonly tookMs: number;
    }
  | {
      readonly proved: false;
      readonly answers: Record<Colour, number>;
      readonly why: string;
      /** It was given up before its time: nobody takes what the candidate would have to. */
      readonly turnedAway: boolean;
    };

/**
 * A change that gives `colour` its first weight, accepted by the balancer and not yet seen in traffic. Until an address has
 * shown it, answers without `colour` may be from before the change as well as from after its undoing.
 */
export interface Pending {
  readonly colour: Colour;
  /** From then on the change counts as done or dropped, in milliseconds since 1970. */
  readonly until: number;
  /** Addresses that showed it. */
  readonly seen: Set<string>;
}

/** How a proof is taken. */
export interface Watch {
  readonly timeoutMs: number;
  /** When an answer that is still on its way is waited for no longer, in milliseconds; each has its own time unless set. */
  readonly mostMs?: number;
  readonly signal: AbortSignal;
  readonly pending?: Pending | null;
  /** The colour that gains weight: a proof without an answer of its is not waited for as long as the balancer turns users away. */
  readonly gains?: Colour;
  /** Answers from before then say nothing: they may be from before the change before this one. */
  readonly unclearUntil?: number | null;
}

/** Requests under way at once, over all addresses. */
const concurrency = 16;
/** Pause after the first round that did not fit, in milliseconds; half as long again after each further one. */
const firstPauseMs = 100;
/** Longest pause: a change is seen at most this much after it took effect. */
const longestPauseMs = 1_000;

/**
 * Watches real responses until the share seen at every address of the balancer fits `to`, or the time is up. Each round
 * is judged on its own, so answers from before the change took effect can't dilute it. Where old and new shares lie too
 * close for the largest sample (23 and 25 %, say), answers that fit prove it only when all of the time has passed.
 */
export async function prove(
  ports: Ports,
  from: readonly Weights[],
  to: Weights,
  watch: Watch,
): Promise<Proof> {
  const { timeoutMs, mostMs, signal, pending, unclearUntil, gains } = watch;
  const started = ports.clock.now();
  if (!ports.traffic.namesSlots) return reachable(ports, to, started, signal);
  using patience = new Patience(ports, mostMs);
  const plan = planProof(
    from.map((weights) => weights.green / 100),
    to.green / 100,
  );
  const addresses = await ports.traffic.addresses();
  const proved = new Set<string>();
  let turnedAwaySince: number | null = null;
  let pauseMs = firstPauseMs;
  // Shares that no affordable sample tells apart: answers say something only once the change had its time to show.
  if (plan.mistaken > limits.proofError) await ports.clock.sleep(timeoutMs, signal);
  else if (unclearUntil && unclearUntil > started)
    await ports.clock.sleep(Math.min(timeoutMs, unclearUntil - started), signal);
  for (;;) {
    signal.throwIfAborted();
    const answers = { blue: 0, green: 0 };
    let why = "";
    for (const address of addresses) {
      if (proved.has(address)) continue;
      const round = await ask(ports, address, plan.samples, patience, signal);
      answers.blue += round.blue;
      answers.green += round.green;
      if (pending && round[pending.colour] > 0) pending.seen.add(address);
      const now = ports.clock.now();
      if (gains && round[gains] > 0) turnedAwaySince = null;
      else if (round.turnedAway) turnedAwaySince ??= now;
      const settled = !pending || pending.seen.has(address) || now >= pending.until;
      if (round.failed === 0 && fits(plan, round.green) && settled) proved.add(address);
      else if (round.failed > 0)
        why = `${round.failed} of ${plan.samples} requests to ${address} failed (${round.failure})`;
      else if (!settled) why = `${address} has not shown the change before this one yet`;
      else
        why = `${address} answered green ${round.green} of ${plan.samples} times; ${plan.low} to ${plan.high} fit ${describeWeights(to)}`;
    }
    if (proved.size === addresses.length)
      return { proved: true, answers, addresses: addresses.length, tookMs: ports.clock.now() - started };
    const now = ports.clock.now();
    const turnedAway =
      gains !== undefined && turnedAwaySince !== null && now - turnedAwaySince >= limits.turnedAwayMs;
    if (turnedAway || now - started >= timeoutMs) return { proved: false, answers, why, turnedAway };
    await ports.clock.sleep(pauseMs, signal);
    pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
  }
}

/** What remains of a proof when nothing names the slot that answers: the balancer is there, and the rule was read back. */
async function reachable(ports: Ports, to: Weights, started: number, signal: AbortSignal): Promise<Proof> {
  await mustReach(ports, signal);
  ports.report({ kind: "unprovable", weights: to });
  const addresses = (await ports.traffic.addresses()).length;
  return { proved: true, answers: { blue: 0, green: 0 }, addresses, tookMs: ports.clock.now() - started };
}

interface Round {
  blue: number;
  green: number;
  failed: number;
  failure: string;
  /** That failure was the balancer's own answer. */
  turnedAway: boolean;
}

/** The moment from which on no answer is waited for. */
class Patience implements Disposable {
  readonly #over = new AbortController();
  readonly #done = new AbortController();

  /** @param ms from now on; undefined: it never comes */
  constructor({ clock }: Ports, ms: number | undefined) {
    if (ms === undefined) return;
    clock.sleep(ms, this.#done.signal).then(
      () => this.#over.abort(new Error("no answer in the time that was left")),
      () => undefined,
    );
  }

  /** Aborted then. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  [Symbol.dispose](): void {
    this.#done.abort();
  }
}

/** `samples` fresh requests to one address; stops early at the first that fails. */
async function ask(
  ports: Ports,
  address: string,
  samples: number,
  patience: Patience,
  signal: AbortSignal,
): Promise<Round> {
  const either = AbortSignal.any([patience.over, signal]);
  const round: Round = { blue: 0, green: 0, failed: 0, failure: "", turnedAway: false };
  let left = samples;
  const worker = async () => {
    while (left > 0 && round.failed === 0) {
      left--;
      try {
        either.throwIfAborted();
        const colour = await ports.traffic.ask(address, either);
        if (colour === null) throw new Error("the answer names no slot");
        round[colour]++;
      } catch (error) {
        signal.throwIfAborted();
        round.failed++;
        round.failure = ((patience.over.aborted ? patience.over.reason : error) as Error).message;
        round.turnedAway ||= error instanceof TurnedAway;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, samples) }, worker));
  return round;
}

/** Throws Refusal when an address of the balancer can't be reached from here, before anything is written. */
export async function mustReach(ports: Ports, signal: AbortSignal): Promise<void> {
  const addresses = await ports.traffic.addresses();
  if (addresses.length === 0) throw new Refusal("the balancer's name resolves to no address");
  for (const address of addresses) {
    try {
      await ports.traffic.ask(address, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new Refusal(
        `the balancer's address ${address} can't be reached from here, so no shift could be proved: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
}
