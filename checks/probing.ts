import type { Colour } from "../rollout/policy/colour.ts";
import { judgeAnalysis } from "./analysis.ts";
import type { CheckContext } from "./check.ts";
import { costPerAnalysisUsd } from "./cost.ts";
import type { Outcome } from "./samples.ts";
import { causeText, isUnreachable } from "./sources/causes.ts";
import type { ProbeSession } from "./sources/probes.ts";

/** Calls of one session before it is replaced, so that opening sessions is judged as well. */
const callsPerSession = 25;
/** Pause after a session could not be opened. */
const pauseMs = 200;
/** An answer that takes longer is counted as an error. */
const answerTimeoutMs = 8_000;
export interface ProbingOptions {
  context: CheckContext;
  slot: Colour | null;
  /** Analyses a second wanted now; 0 pauses. Asked before every probe. */
  perSecond: () => number;
  /** Sessions open at once. */
  sessions: number;
  signal: AbortSignal;
}

/** Own synthetic sessions at one slot; every answer goes into the book of samples. */
export class Probing {
  sent = 0;
  ok = 0;
  costUsd = 0;
  /** Why the hub could not be reached from here at all; such an attempt says nothing about the slot. */
  unreachable: string | null = null;
  readonly #options: ProbingOptions;
  readonly #workers: Promise<void>[];
  #nextAt = 0;

  constructor(options: ProbingOptions) {
    this.#options = options;
    this.#workers = Array.from({ length: options.sessions }, () => this.#work());
  }

  /** Resolves when every session is closed; abort the signal first. */
  async stopped(): Promise<void> {
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    const { signal, context } = this.#options;
    while (!signal.aborted) {
      if (!(await this.#place())) return;
      const session = await this.#open();
      if (session === null) await context.sleep(pauseMs, signal);
      else await this.#serve(session);
    }
  }

  async #serve(session: ProbeSession): Promise<void> {
    try {
      for (let call = 0; call < callsPerSession && session.broken() === null; call += 1) {
        if (call > 0 && !(await this.#place())) return;
        if (this.#options.signal.aborted) return;
        await this.#analyse(session);
      }
    } finally {
      await session.close();
    }
  }

  /** Waits for the next place in the common pace; false when probing is over. */
  async #place(): Promise<boolean> {
    const { context, signal, perSecond } = this.#options;
    while (!signal.aborted) {
      const now = context.now();
      const rate = perSecond();
      if (rate > 0 && now >= this.#nextAt) {
        this.#nextAt = Math.max(this.#nextAt, now - 1_000 / rate) + 1_000 / rate;
        return true;
      }
      await context.sleep(rate > 0 ? Math.min(this.#nextAt - now, 200) : 200, signal);
    }
    return false;
  }

  async #open(): Promise<ProbeSession | null> {
    const { context, slot, signal } = this.#options;
    const started = context.now();
    using limited = this.#limited();
    try {
      const session = await context.sources.probes.open(slot, limited.signal);
      this.#keep("ok", started, false);
      return session;
    } catch (error) {
      if (signal.aborted) return null;
      if (isUnreachable(error)) this.unreachable = causeText(error);
      else this.#keep("error", started, false, `a session could not be opened: ${causeText(error)}`);
      return null;
    }
  }

  async #analyse(session: ProbeSession): Promise<void> {
    const { context, signal } = this.#options;
    const { tool, toolArguments } = context.hub;
    const started = context.now();
    using limited = this.#limited();
    this.costUsd += costPerAnalysisUsd;
    try {
      const answer = judgeAnalysis(tool, await session.call(tool, toolArguments, limited.signal));
      this.#keep(answer.outcome, started, true, answer.detail);
    } catch (error) {
      if (!signal.aborted) this.#keep("error", started, true, causeText(error));
    }
  }

  #keep(outcome: Outcome, started: number, analysis: boolean, detail?: string): void {
    const { context, slot } = this.#options;
    const at = context.now();
    this.sent += 1;
    if (outcome === "ok") this.ok += 1;
    context.samples.add({
      at,
      slot,
      outcome,
      latencyMs: at - started,
      analysis,
      from: "probe",
      ...(outcome === "ok" || detail === undefined ? {} : { detail }),
    });
  }

  #limited(): { signal: AbortSignal } & Disposable {
    const { context, signal } = this.#options;
    const time = new AbortController();
    const done = new AbortController();
    void context.sleep(answerTimeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) time.abort(new Error(`no answer within ${answerTimeoutMs} ms`));
    });
    return {
      signal: AbortSignal.any([signal, time.signal]),
      [Symbol.dispose]: () => done.abort(),
    };
  }
}
