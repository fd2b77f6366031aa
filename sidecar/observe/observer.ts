import type { HubContract } from "../../domain/hub.ts";
import { type Ending, type Judged, answerMsOf, outcomeOf } from "../../domain/outcome.ts";
import { metricOfOutcome, mostOpenListed, openAfterMs } from "../../domain/telemetry.ts";
import type { Message } from "../mcp/messages.ts";
import { type AnswerScope, type EndsRequests, Exchange } from "./exchange.ts";
import type { Metrics } from "./metrics.ts";
import { WaitingQueue } from "./waiting-queue.ts";
import { type AskedWithId, Waiting, WatchedSession, isId } from "./waiting.ts";

/** A request that ended. */
export interface Ended extends Judged {
  readonly waiting: Waiting;
  readonly durationMs: number;
  /** HTTP status under which the answer came; null: none came. */
  readonly status: number | null;
}

/** Users' requests that have waited for a while, the oldest first, and how many more there are. */
export interface StillOpen {
  readonly requests: readonly Waiting[];
  readonly more: number;
}

/** The options of a task's observer. */
export interface ObserverOptions {
  readonly metrics: Metrics;
  readonly contract: HubContract;
  readonly now: () => number;
  readonly log: (ended: Ended) => void;
  /** Sessions are pinned: each request names its own. */
  readonly knowsSessions: boolean;
}

/** An HTTP request, as far as its messages need it. */
export interface Posted {
  readonly session: WatchedSession | null;
  readonly synthetic: boolean;
  /** Its answers come over the session's stream. */
  readonly overStream: boolean;
}

/**
 * Most requests of one session that may wait at once for what comes over its stream; beyond it the oldest is let go, and told
 * of as one that nobody waits for any longer: nobody will see how it ends.
 */
const mostWaiting = 1_000;
/** Most characters of a method's or a tool's name: they are the client's. */
const longestName = 128;

const withdrawn: Ending = { kind: "withdrawn" };
const overdue: Ending = { kind: "overdue" };

/**
 * Tells of every request that reached the hub what became of it, once: matches answers to requests by id, gives up on those that
 * wait too long, and knows those that still wait.
 */
export class Observer implements EndsRequests {
  readonly #options: ObserverOptions;
  readonly #sessions = new Map<string, WatchedSession>();
  /** Requests without an outcome, the oldest first. */
  readonly #waiting = new WaitingQueue();
  #requests = 0;
  /** One of so many sessions has lines for all of its requests: kept with each request that comes. */
  every = 1;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get knowsSessions(): boolean {
    return this.#options.knowsSessions;
  }

  /** A session that is open; null: there is none of this name. */
  find(name: string): WatchedSession | null {
    return this.#sessions.get(name) ?? null;
  }

  /** A session that sends a request, whether it was opened here or is only known by its pin. */
  session(name: string): WatchedSession {
    return this.#sessions.get(name) ?? this.#hold(name, this.#options.now(), false);
  }

  /** A session begins, at a time in milliseconds since 1970. */
  opened(name: string, at: number): WatchedSession {
    return this.#hold(name, at, true);
  }

  /** A session is over: what still waits in it ends with it. */
  closed(name: string, ending: Ending): void {
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    this.#sessions.delete(name);
    session.isOpen = false;
    for (const waiting of session.waiting) this.end(waiting, ending, null);
  }

  /** The messages of a POST. */
  asked(messages: readonly Message[], posted: Posted): Exchange {
    const { session, overStream } = posted;
    const since = this.#options.now();
    const waiting: Waiting[] = [];
    for (const message of messages) {
      if (message.method === "notifications/cancelled") this.#cancel(session, message.params?.requestId);
      const kind = kindOf(message);
      if (kind === null) continue;
      const one = this.#begin(kind, since, posted);
      if (one.method === "initialize" && session !== null) session.begun = true;
      if (session !== null) this.#addTo(session, one, overStream);
      waiting.push(one);
    }
    if (waiting.length === 0) waiting.push(this.#begin(unreadable, since, posted));
    return new Exchange(this, waiting, overStream);
  }

  /** A request whose answer is its HTTP answer, such as `stream/open`. */
  began(method: string, posted: Posted): Exchange {
    const one = this.#begin({ id: null, method, tool: null }, this.#options.now(), posted);
    return new Exchange(this, [one], false);
  }

  /** Messages from the hub. */
  answered({ exchange, session }: AnswerScope, messages: readonly Message[], status: number): void {
    for (const message of messages) {
      if (message.method === "notifications/tools/list_changed")
        this.#options.metrics.count("ToolListChanges");
      if (message.method !== undefined || !isId(message.id)) continue;
      const waiting = exchange?.find(message.id) ?? session?.find(message.id);
      if (waiting) this.end(waiting, answerOf(message, status), status);
    }
  }

  /** An event stream that a GET or a subscription asked for has ended. */
  streamEnded(since: number, posted: Posted, ending: Ending): void {
    const end = this.#begin({ id: null, method: "stream/end", tool: null }, since, posted);
    this.#book(end, ending, null, this.#options.now());
  }

  /** A request ends. Called more than once it does nothing. */
  end(waiting: Waiting, ending: Ending, status: number | null): void {
    waiting.session?.remove(waiting);
    if (waiting.isBooked) return;
    const now = this.#options.now();
    if (this.#isOverdue(waiting, now)) this.#book(waiting, overdueOf(waiting), null, now);
    else this.#book(waiting, ending, status, now);
  }

  /** Whether a call of the session still waits for its answer, be it overdue. */
  busy(session: string): boolean {
    return (this.#sessions.get(session)?.size ?? 0) > 0;
  }

  /** Gives up on what has waited for longer than an answer may take. It is looked at once a second. */
  giveUp(): void {
    const now = this.#options.now();
    for (const waiting of this.#waiting) {
      if (!this.#isOverdue(waiting, now)) continue;
      this.#book(waiting, overdueOf(waiting), null, now);
      // Of a call that is really open its session is busy; of one that was left nobody knows.
      if (waiting.isLeft) waiting.session?.remove(waiting);
    }
  }

  /**
   * Users' requests that have waited for `openAfterMs`.
   * @param most that are named
   */
  stillOpen(most = mostOpenListed): StillOpen {
    const before = this.#options.now() - openAfterMs;
    const requests: Waiting[] = [];
    let more = 0;
    for (const waiting of this.#waiting) {
      if (waiting.since > before) break;
      if (waiting.synthetic) continue;
      if (requests.length < most) requests.push(waiting);
      else more++;
    }
    return { requests, more };
  }

  /** The task ends: nothing is waited for any longer. */
  drained(): void {
    for (const waiting of this.#waiting) this.end(waiting, { kind: "drained" }, null);
  }

  #hold(name: string, at: number, isOpen: boolean): WatchedSession {
    const session = new WatchedSession(name, at, { begun: false, isOpen });
    this.#sessions.set(name, session);
    return session;
  }

  #begin(asked: AskedWithId, since: number, { session, synthetic }: Posted): Waiting {
    const { every } = this;
    const waiting = new Waiting(asked, { request: ++this.#requests, since, synthetic, session, every });
    this.#waiting.add(waiting);
    return waiting;
  }

  #addTo(session: WatchedSession, waiting: Waiting, overStream: boolean): void {
    if (waiting.id === null) return;
    if (overStream) {
      // Nobody can tell two answers with one id apart: who asks again no longer waits for the first.
      const before = session.find(waiting.id);
      if (before !== undefined) this.end(before, withdrawn, null);
    }
    session.add(waiting);
    if (!overStream || session.size <= mostWaiting) return;
    const [oldest] = session.waiting;
    if (oldest !== undefined) this.end(oldest, withdrawn, null);
  }

  #cancel(session: WatchedSession | null, id: unknown): void {
    const waiting = isId(id) ? session?.find(id) : undefined;
    if (waiting) this.end(waiting, withdrawn, null);
  }

  #isOverdue(waiting: Waiting, now: number): boolean {
    return now - waiting.since >= answerMsOf(this.#options.contract, waiting);
  }

  #book(waiting: Waiting, ending: Ending, status: number | null, now: number): void {
    waiting.isBooked = true;
    this.#waiting.remove(waiting);
    const { contract, log } = this.#options;
    const seen = waiting.seenAs(ending);
    const durationMs = Math.max(0, now - waiting.since);
    const { outcome, cause } = outcomeOf(contract, waiting, seen, durationMs);
    log({ waiting, outcome, cause, durationMs, status });
    if (waiting.synthetic) return this.#options.metrics.count("SyntheticRequests");
    this.#measure(waiting, outcome, durationMs);
    if (seen.kind === "answer" && waiting.tool === contract.tool) this.#countTokens(seen.answer as Message);
  }

  #measure({ method, tool }: Waiting, outcome: Judged["outcome"], durationMs: number): void {
    const { metrics, contract } = this.#options;
    metrics.count("Requests");
    metrics.count(metricOfOutcome[outcome]);
    // For how long a stream was open is nobody's latency.
    if (method !== "stream/end") metrics.value("RequestLatency", durationMs);
    if (tool !== contract.tool) return;
    metrics.count("AnalysisCalls");
    metrics.value("AnalysisLatency", durationMs);
  }

  #countTokens(answer: Message): void {
    const used = tokensOf(answer);
    if (used === null) return;
    const { metrics } = this.#options;
    metrics.count("AnalysesWithTokens");
    metrics.count("InputTokens", used.input);
    metrics.count("OutputTokens", used.output);
  }
}

const unreadable: AskedWithId = { id: null, method: "unreadable", tool: null };
const answer: AskedWithId = { id: null, method: "answer", tool: null };

/**
 * What a message asks: a request has an id; a notification and a client's own answer end with the HTTP answer. Null: it is no
 * message.
 */
function kindOf({ id, method, params, result, error }: Message): AskedWithId | null {
  if (method === undefined) return result !== undefined || error !== undefined ? answer : null;
  if (typeof method !== "string") return null;
  const tool = method === "tools/call" && typeof params?.name === "string" ? short(params.name) : null;
  return { id: isId(id) ? id : null, method: short(method), tool };
}

/** The beginning of a name, in memory of its own. */
const short = (name: string): string =>
  name.length <= longestName ? name : Buffer.from(name.slice(0, longestName)).toString();

/** A hub may keep the head of a stream that only listens until it has something to say. */
const overdueOf = ({ method, session }: Waiting): Ending =>
  method === "stream/open" && session !== null ? { kind: "unseen" } : overdue;

/** Of an answer that is too large to be looked into only its end is known, which says whether its tool failed. */
function answerOf(message: Message, status: number): Ending {
  if (message.isLarge === true && message.result?.isError !== true) return { kind: "unseen" };
  return { kind: "answer", answer: message, status };
}

const inputNames = ["inputTokens", "input_tokens", "promptTokenCount", "prompt_tokens"];
const outputNames = ["outputTokens", "output_tokens", "candidatesTokenCount", "completion_tokens"];

/** Token counts where the result carries them, in `_meta.usage` or `usage`, by the names providers use; null: it carries none. */
function tokensOf({ result }: Message): { input: number; output: number } | null {
  const meta = result?._meta as { usage?: unknown } | undefined | null;
  const usage = meta?.usage ?? result?.usage;
  if (typeof usage !== "object" || usage === null) return null;
  const first = (names: readonly string[]) =>
    names
      .map((name) => (usage as Record<string, unknown>)[name])
      .find((value) => typeof value === "number" && Number.isFinite(value) && value >= 0) as
      | number
      | undefined;
  const [input, output] = [first(inputNames), first(outputNames)];
  return input === undefined && output === undefined ? null : { input: input ?? 0, output: output ?? 0 };
}
