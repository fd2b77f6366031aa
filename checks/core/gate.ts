import { other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { requestsIn } from "../logs/sample.ts";
import type { SlotLog } from "../logs/slot-log.ts";
import { Probing } from "../probing/probing.ts";
import { steadySessions } from "../sources/probe-options.ts";
import type { Check, CheckContext } from "./check.ts";
import type { GateOptions } from "./gate-options.ts";
import { type GateResult, resultOf, probeWords, type ProbeCount } from "./gate-result.ts";
import type { Reading } from "./reading.ts";
import { findChecks } from "./registry.ts";
import { Reporter } from "./reporter.ts";
import { type Verdict, worstOf } from "./verdict.ts";

/** What the gate of a bake is judged with. */
export interface BakeOptions extends GateOptions {
  /** How long it takes at most, the extension apart. */
  bakeMs: number;
  /** From here on it may pass, once users' answers show enough; left out: at its end. */
  leastMs?: number;
  /** Answers count from here on, milliseconds since the epoch; from the start of this bake unless given. */
  since?: number;
  /** How much longer to watch while the verdict is inconclusive; ends as soon as it is not. 0: not at all. */
  extendMs?: number;
  /** Bound on own probes at the slot under test. */
  maxProbesPerSecond?: number;
}

/**
 * Watches a step: looks at every check again and again, and returns as soon as one has failed. Else it returns at the
 * end of the bake; sooner, but not before its least time, when every check passes and users' answers alone show that every share is
 * within its limit; or within the extension as soon as nothing is inconclusive any more.
 */
export async function judgeBake(options: BakeOptions): Promise<GateResult> {
  const ended = new AbortController();
  const outer = during(options);
  const signal = AbortSignal.any([outer.signal, ended.signal]);
  const start = outer.now();
  const suspectUntil = suspectUntilOf(options, start);
  const context: CheckContext = { ...outer, signal, since: options.since ?? start, suspectUntil };
  const bake = new Bake(options, context);
  try {
    return await bake.judge();
  } finally {
    ended.abort(new Error("the bake is over"));
    await bake.stopped();
  }
}

/** A bake that ends with a suspicion may be watched once more; what is watched for longer already, to its end. */
function suspectUntilOf({ bakeMs, extendMs = 0 }: BakeOptions, start: number): number {
  return bakeMs > 0 && extendMs === 0 ? Number.POSITIVE_INFINITY : start + bakeMs + extendMs;
}

class Bake {
  readonly #context: CheckContext;
  readonly #options: BakeOptions;
  readonly #checks: Check[];
  /** Those whose verdicts count. */
  readonly #deciding: Check[];
  readonly #latest = new Map<string, Reading>();
  readonly #reporter: Reporter;
  readonly #failed = new AbortController();
  readonly #probing: Probing[] = [];
  /** By the check's place in the list: what looks at it. */
  #looking: Promise<void>[] = [];
  readonly #following: Promise<void>[] = [];

  constructor(options: BakeOptions, context: CheckContext) {
    this.#options = options;
    this.#context = context;
    this.#checks = findChecks(options.checks, context.commands);
    this.#deciding = this.#checks.filter(({ name }) => !isAdvisory(options, name));
    this.#reporter = new Reporter(options.onReading);
  }

  async judge(): Promise<GateResult> {
    const { bakeMs, leastMs = bakeMs, extendMs = 0 } = this.#options;
    const start = this.#context.now();
    this.#startProbes(probingTime(start, bakeMs || extendMs, leastMs < bakeMs));
    this.#startAccessLogs();
    this.#looking = this.#checks.map((check) => this.#watch(check));

    const end = start + bakeMs;
    await this.#sleepUntil(Math.min(start + leastMs, end));
    if (!(await this.#passesBefore(end))) await this.#lookUntil(end + extendMs);
    const found = resultOf(this.#context, this.#checks, this.#latest, this.#probeCount());
    const why = found.why + this.#unreachable(found.verdict) + probeWords(found.probes);
    const result = { ...found, why };
    for (const reading of result.readings) this.#reporter.final(reading);
    return result;
  }

  /** Whether it passed before its end: every look anew, so that nothing of it is older than the pass. */
  async #passesBefore(end: number): Promise<boolean> {
    while (!this.#decided() && this.#context.now() < end) {
      if (this.#isShown()) await this.#lookAnew();
      if (this.#isShown() && !this.#decided()) return true;
      await this.#sleepUntil(Math.min(this.#context.now() + lookEveryMs, end));
    }
    return false;
  }

  /** Looks once, and then until nothing is inconclusive any more or the time is over. */
  async #lookUntil(end: number): Promise<void> {
    if (!this.#decided()) await this.#lookOnce();
    while (!this.#decided() && this.#verdict() !== "pass" && this.#context.now() < end) {
      await this.#sleepUntil(Math.min(this.#context.now() + lookEveryMs, end));
      if (!this.#decided()) await this.#lookOnce();
    }
  }

  /** Resolves when everything this bake started has ended; its signal must have been aborted. */
  async stopped(): Promise<void> {
    const probing = this.#probing.map((one) => one.stopped());
    await Promise.all([...this.#looking, ...this.#following, ...probing]);
  }

  #decided(): boolean {
    return this.#failed.signal.aborted || this.#context.signal.aborted;
  }

  #verdict(): Verdict {
    return worstOf(this.#deciding.map((check) => this.#latest.get(check.name)?.verdict ?? "inconclusive"));
  }

  /** Every check passes, and what judges a share has shown it by users' answers. */
  #isShown(): boolean {
    return this.#deciding.every(({ name }) => {
      const latest = this.#latest.get(name);
      return latest?.verdict === "pass" && latest.shown !== false;
    });
  }

  async #sleepUntil(at: number): Promise<void> {
    const signal = AbortSignal.any([this.#context.signal, this.#failed.signal]);
    await this.#context.sleep(at - this.#context.now(), signal);
  }

  /** Looks at a check at its own pace until the bake is over; a check with pace 0 is looked at once. */
  async #watch(check: Check): Promise<void> {
    let failures = 0;
    do {
      const reading = await check.read(this.#context);
      if (this.#decided()) return;
      failures = reading.verdict === "fail" ? failures + 1 : 0;
      this.#take(check, reading, isBelieved(check, reading, failures));
      if (check.everyMs > 0) await this.#sleepUntil(this.#context.now() + check.everyMs);
    } while (check.everyMs > 0 && !this.#decided());
  }

  /** A failure that is not confirmed yet counts as "cannot tell". */
  #take(check: Check, reading: Reading, confirmed: boolean): void {
    const looked = marked(this.#options, reading);
    const believed: Reading =
      looked.verdict === "fail" && !confirmed
        ? { ...looked, verdict: "inconclusive", why: `${looked.why}; looking again` }
        : looked;
    this.#latest.set(check.name, believed);
    this.#reporter.take(believed);
    if (believed.verdict === "fail" && believed.advisory !== true) this.#failed.abort();
  }

  /** The last look: what judges samples is read again, what runs once is waited for. */
  async #lookOnce(): Promise<void> {
    await Promise.all(
      this.#checks.map(async (check, index) => {
        if (check.everyMs === 0) return await this.#looking[index];
        if (check.probes === null && this.#latest.has(check.name)) return;
        const reading = await check.read(this.#context);
        if (!this.#decided()) this.#take(check, reading, true);
      }),
    );
  }

  /** Looks again at all that is looked at more than once. */
  async #lookAnew(): Promise<void> {
    const again = this.#checks.filter(({ everyMs }) => everyMs > 0);
    const readings = await Promise.all(again.map((check) => check.read(this.#context)));
    for (const [index, check] of again.entries())
      if (!this.#decided()) {
        const reading = readings[index] as Reading;
        this.#take(check, reading, isBelieved(check, reading, 1));
      }
  }

  #startProbes(time: ProbingTime): void {
    const { context, most } = {
      context: this.#context,
      most: this.#options.maxProbesPerSecond ?? limits.probesPerSecond,
    };
    const probed = this.#checks.filter((check) => check.probes !== null);
    if (probed.length === 0) return;
    const minimum = (of: Check[]) =>
      Math.max(0, ...of.map((check) => check.minimumSamples(context.thresholds)).filter(Number.isFinite));
    const slots: [typeof context.slot, number, number][] = [[context.slot, minimum(probed), steadySessions]];
    const compared = probed.filter((check) => check.probes === "both");
    if (context.slot !== null && compared.length > 0)
      slots.push([other(context.slot), minimum(compared), steadySessions]);

    for (const [slot, wanted, sessions] of slots) {
      const perSecond = () => this.#pace(slot, wanted, time, most);
      this.#probing.push(new Probing({ context, slot, perSecond, sessions, signal: context.signal }));
    }
  }

  /** Fast enough to have `wanted` analyses in time; then slowly on, unless users ask enough themselves. */
  #pace(slot: CheckContext["slot"], wanted: number, { from, by }: ProbingTime, most: number): number {
    const now = this.#context.now();
    const answers = this.#context.samples.of(slot, this.#context.since).filter((answer) => answer.analysis);
    const missing = wanted - requestsIn(answers);
    if (missing > 0 && now >= from)
      return Math.min(most, Math.max(1, (missing * 1_000) / Math.max(250, by - now)));
    const recent = requestsIn(answers.filter(({ from, at }) => from === "user" && at > now - 5_000));
    return recent >= 10 ? 0 : Math.min(most, limits.idleProbesPerSecond);
  }

  /** Users' answers come from the sidecar's access log; without a sidecar there is none to read. */
  #startAccessLogs(): void {
    const { hub, slot, logs } = this.#context;
    if (hub.signingSecret === undefined || slot === null) return;
    for (const log of [logs[slot], logs[other(slot)]])
      if (log !== null) this.#following.push(this.#follow(log));
  }

  async #follow(log: SlotLog): Promise<void> {
    const { signal, now, sleep } = this.#context;
    while (!signal.aborted) {
      // A log that cannot be read leaves the sample to own probes; the check of the log itself reports the failure.
      await log.look(now(), signal).catch(() => undefined);
      await sleep(accessLogEveryMs, signal);
    }
  }

  /** Own probes that cannot get through explain an empty sample. */
  #unreachable(verdict: Verdict): string {
    const cause = this.#probing.find((probing) => probing.unreachable !== null)?.unreachable;
    return verdict !== "inconclusive" || cause == null ? "" : `; own probes cannot reach the hub: ${cause}`;
  }

  #probeCount(): ProbeCount {
    const total = { sent: 0, ok: 0, costUsd: 0 };
    for (const probing of this.#probing) {
      total.sent += probing.sent;
      total.ok += probing.ok;
      total.costUsd += probing.costUsd;
    }
    return { ...total, costUsd: Number(total.costUsd.toFixed(5)) };
  }
}

/** Whether a reading needs no further look, after so many that failed in a row. */
const isBelieved = (check: Check, reading: Reading, failures: number) =>
  failures >= check.confirmations || check.isCertain(reading);

/** When own probes fill the sample, milliseconds since the epoch: it is to be full by the second time. */
interface ProbingTime {
  readonly from: number;
  readonly by: number;
}

/**
 * A bake of one length is filled from its beginning, evenly. One that may pass sooner does that on users' answers, and has own
 * probes fill what is still missing only when most of its time is over.
 */
function probingTime(start: number, ms: number, mayPassSooner: boolean): ProbingTime {
  const late = start + 0.6 * ms;
  return mayPassSooner ? { from: late, by: start + 0.9 * ms } : { from: start, by: late };
}

/** How often it is looked whether all is told, in milliseconds. */
const lookEveryMs = 250;
/** Lines of a slot's log are looked for so often, in milliseconds: a request that hangs is told of once a second. */
const accessLogEveryMs = 1_000;

const isAdvisory = ({ advisory = [] }: GateOptions, name: string): boolean => advisory.includes(name);

/** A reading that says of itself whether it decides. */
export const marked = (options: GateOptions, reading: Reading): Reading =>
  isAdvisory(options, reading.check) ? { ...reading, advisory: true } : reading;

/** The context of a gate's checks while it may still be stopped. */
export function during(options: GateOptions): CheckContext {
  const { context, signal } = options;
  return signal === undefined ? context : { ...context, signal: AbortSignal.any([context.signal, signal]) };
}
