import type { Ending } from "../../domain/outcome.ts";
import type { Message } from "../mcp/messages.ts";
import type { Body } from "../proxy/body.ts";
import { type Id, type Waiting, type WatchedSession, isId } from "./waiting.ts";

/** An HTTP answer of which all has passed, other than an event stream. */
export interface WholeAnswer {
  readonly status: number;
  /** As it came; undefined: the answer has none. */
  readonly type: string | undefined;
  /** What it consists of; null: it is encoded, and nobody can look into it. */
  readonly body: Body | null;
}

/** The scope of messages of the hub's: what they may answer. */
export interface AnswerScope {
  readonly exchange: Exchange | null;
  readonly session: WatchedSession | null;
}

/** The observer, as far as an exchange needs it: it books how each request ends. */
export interface EndsRequests {
  readonly knowsSessions: boolean;
  answered(scope: AnswerScope, messages: readonly Message[], status: number): void;
  end(waiting: Waiting, ending: Ending, status: number | null): void;
}

/** Code of JSON-RPC by which a server says that it failed, under whatever status. */
const internalError = -32_603;

/** An exchange is what one HTTP request asked, and how each of it ends. Everything here happens at most once to a request. */
export class Exchange {
  readonly #observer: EndsRequests;
  readonly #waiting: readonly Waiting[];
  /** Its answers come over the session's stream: the HTTP answer only says that it was taken. */
  readonly #overStream: boolean;
  /** In place of a search, where there are many. */
  #byId: Map<Id, Waiting> | null = null;
  /** Nothing more will be heard of it here: its answers come over another stream, or never. */
  #isLeft = false;

  constructor(observer: EndsRequests, waiting: readonly Waiting[], overStream: boolean) {
    this.#observer = observer;
    this.#waiting = waiting;
    this.#overStream = overStream;
  }

  /** What has no answer yet. */
  get waiting(): readonly Waiting[] {
    return this.#waiting.filter(({ isBooked }) => !isBooked);
  }

  /** The ids of all that was asked. */
  get ids(): readonly Id[] {
    return this.#waiting.flatMap(({ id }) => (id === null ? [] : [id]));
  }

  find(id: Id): Waiting | undefined {
    const [only] = this.#waiting;
    if (this.#waiting.length <= 1) return only?.id === id ? only : undefined;
    this.#byId ??= new Map(this.#waiting.flatMap((one) => (one.id === null ? [] : [[one.id, one]])));
    return this.#byId.get(id);
  }

  /** The answer opens a session. */
  opensSession(session: WatchedSession): void {
    for (const waiting of this.#waiting) {
      if (waiting.method === "initialize") session.begun = true;
      waiting.session = session;
      if (!waiting.isBooked) session.add(waiting);
    }
  }

  /** Messages of the answer. */
  answered(messages: readonly Message[], status: number): void {
    this.#observer.answered({ exchange: this, session: this.#waiting[0]?.session ?? null }, messages, status);
  }

  /** Something passed that nobody could look into. */
  blur(): void {
    for (const waiting of this.#waiting) waiting.isBlurred = true;
  }

  /** The answer is an event stream, and its head has passed: what asked for no more than that has it. */
  streamBegan(status: number): void {
    for (const waiting of this.#waiting)
      if (waiting.id === null || waiting.method === "subscriptions/listen")
        this.#observer.end(waiting, { kind: "taken" }, status);
  }

  /** The head of an answer has passed that is no event stream: who asked for one has none. */
  noStream(status: number): void {
    for (const waiting of this.#waiting)
      if (waiting.method === "stream/open") this.#observer.end(waiting, noAnswer("no event stream"), status);
  }

  /** The hub answered by this status, with these messages at most. */
  turnedDown(status: number, messages: readonly Message[]): void {
    for (const waiting of this.#waiting)
      this.#observer.end(waiting, endingOf(waiting, status, messages), status);
  }

  /** All of an answer has passed. */
  answeredWhole({ status, type, body }: WholeAnswer): void {
    if (status >= 300) return this.turnedDown(status, body?.messages() ?? []);
    for (const waiting of this.#waiting)
      if (waiting.id === null) this.#observer.end(waiting, { kind: "taken" }, status);
    // The stream that was to bring its answer ended meanwhile, and is told of by itself.
    if (this.#overStream && this.#waiting[0]?.session === null) return this.withdrawn();
    if (this.#overStream) return this.leftToOtherStream();
    // Without a pin nobody here knows the stream that a message's answer comes over.
    if (body === null || (status === 202 && !this.#observer.knowsSessions))
      return this.#end({ kind: "unseen" }, status);
    const wrong = body.size === 0 || !isJson(type);
    if (!wrong) this.answered(body.messages(), status);
    if (this.#waiting.every(({ isBooked }) => isBooked)) return;
    if (!wrong && body.isLarge) this.#end({ kind: "unseen" }, status);
    else this.#end(noAnswer(missingIn(type, body)), status);
  }

  /** The hub gave no answer, or not all of it; the client was told so by this status, or by its connection's end (null). */
  lost(what: string, status: number | null): void {
    this.#end(noAnswer(what), status);
  }

  /** Its client no longer waits. */
  withdrawn(): void {
    this.#end({ kind: "withdrawn" }, null);
  }

  drained(): void {
    this.#end({ kind: "drained" }, null);
  }

  /** What has no answer yet gets it over another stream of its session, or is overdue some time. */
  leftToOtherStream(): void {
    this.#isLeft = true;
    if (!this.#overStream) for (const waiting of this.#waiting) waiting.isLeft = true;
  }

  #end(ending: Ending, status: number | null): void {
    if (this.#isLeft) return;
    for (const waiting of this.#waiting) this.#observer.end(waiting, ending, status);
  }
}

const noAnswer = (what: string): Ending => ({ kind: "no-answer", what });

/**
 * By its status, unless the server says in so many words that it failed. A body says no more than that: official servers use
 * the same code, -32000, for all that a client may do wrong.
 */
function endingOf(waiting: Waiting, status: number, messages: readonly Message[]): Ending {
  const own = messages.find(
    ({ id, error }) => error?.code === internalError && (id === waiting.id || id === null),
  );
  if (own !== undefined && isId(waiting.id)) return { kind: "answer", answer: own, status };
  return { kind: "status", status, sessionOpen: waiting.session?.isOpen ?? false };
}

const isJson = (type: string | undefined): boolean =>
  type === "application/json" || (type !== undefined && /application\/json/i.test(type));

/** What an answer is that holds none. Never a word of the hub's. */
function missingIn(type: string | undefined, body: Body | null): string {
  if (body?.size === 0) return "empty answer";
  if (type === undefined) return "no content type";
  const web = /^(?:text\/(?:html|plain)|application\/json)\b/i.exec(type)?.[0].toLowerCase();
  if (web === undefined) return "not JSON";
  if (web !== "application/json") return web;
  return body !== null && body.messages().length > 0 ? "no answer to its id" : "malformed answer";
}
