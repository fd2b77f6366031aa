import type { Colour } from "../../domain/colour.ts";
import { type Asked, type Ending, outcomeOf } from "../../domain/outcome.ts";
import type { CheckContext } from "../core/check.ts";
import { causeText, isUnreachable } from "../sources/causes.ts";
import { type ProbeSession, TurnedAway } from "../sources/probe-session.ts";
import { costPerAnalysisUsd } from "./cost.ts";
import { endingOf } from "./probe-ending.ts";

/** Calls of one session before it is replaced, so that opening sessions is judged as well. */
const callsPerSession = 25;
/** Pause after a session could not be opened. */
const pauseMs = 200;
/** What is no analysis is waited for so long at most: a probe that hangs shows no more than that it does. */
const longestWaitMs = 8_000;

/** How long an own request waits for its answer, in milliseconds. */
const patienceMs = ({ hub }: CheckContext, asked: Asked): number =>
  asked.tool === hub.tool ? hub.analysisMs : Math.min(hub.answerMs, longestWaitMs);

const ok: Ending = { kind: "taken" };

/** The options of probing: whom to ask, how often and with how many sessions. */
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
      await this.#list(session);
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
    const asked = { method: "initialize", tool: null };
    const started = context.now();
    using limited = this.#limited(patienceMs(context, asked));
    try {
      const session = await context.sources.probes.open(slot, limited.signal);
      this.#keep(asked, null, started, ok);
      return session;
    } catch (error) {
      if (signal.aborted) return null;
      if (isUnreachable(error)) this.unreachable = causeText(error);
      else {
        const turnedAway = error instanceof TurnedAway ? error.status : null;
        const ending = endingOf({ error, gaveUp: limited.signal.aborted, turnedAway, sessionOpen: false });
        this.#keep(asked, null, started, ending, `a session could not be opened: ${causeText(error)}`);
      }
      return null;
    }
  }

  /** What every client asks once: the names of the tools. */
  async #list(session: ProbeSession): Promise<void> {
    await this.#ask(session, { method: "tools/list", tool: null }, async (signal) => ({
      tools: await session.listTools(signal),
    }));
  }

  async #analyse(session: ProbeSession): Promise<void> {
    const { tool, toolArguments } = this.#options.context.hub;
    this.costUsd += costPerAnalysisUsd;
    await this.#ask(session, { method: "tools/call", tool }, (signal) =>
      session.call(tool, toolArguments, signal),
    );
  }

  async #ask(
    session: ProbeSession,
    asked: Asked,
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const { context, signal } = this.#options;
    const started = context.now();
    using limited = this.#limited(patienceMs(context, asked));
    try {
      const result = await work(limited.signal);
      this.#keep(asked, session, started, { kind: "answer", status: 200, answer: { result } });
    } catch (error) {
      if (signal.aborted) return;
      const ending = endingOf({
        error,
        gaveUp: limited.signal.aborted,
        turnedAway: session.turnedAway(),
        sessionOpen: session.broken() === null,
      });
      this.#keep(asked, session, started, ending, causeText(error));
    }
  }

  #keep(asked: Asked, session: ProbeSession | null, started: number, ending: Ending, words?: string): void {
    const { context, slot } = this.#options;
    const at = context.now();
    const { outcome, cause } = outcomeOf(context.hub, asked, ending, at - started);
    this.sent += 1;
    if (outcome === "ok") this.ok += 1;
    context.samples.add({
      ...asked,
      at,
      slot,
      outcome,
      latencyMs: at - started,
      analysis: asked.tool === context.hub.tool,
      from: "probe",
      session: session?.name ?? null,
      sessionAt: null,
      begun: null,
      ...(outcome === "ok" ? {} : { detail: words ?? cause }),
    });
  }

  #limited(ms: number): { signal: AbortSignal } & Disposable {
    const { context, signal } = this.#options;
    const time = new AbortController();
    const done = new AbortController();
    void context.sleep(ms, done.signal).then(() => {
      if (!done.signal.aborted) time.abort(new Error(`no answer within ${ms} ms`));
    });
    return {
      signal: AbortSignal.any([signal, time.signal]),
      [Symbol.dispose]: () => done.abort(),
    };
  }
}
