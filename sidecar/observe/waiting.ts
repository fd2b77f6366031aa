import type { Asked, Ending } from "../../domain/outcome.ts";
import { quoted } from "./quoted.ts";

/** The id that an answer is matched by: the number 1 and the text "1" are two ids. */
export type Id = string | number;
/** Whether a message's member is an id. */
export const isId = (id: unknown): id is Id => typeof id === "string" || typeof id === "number";

/** A request's question, and the id that its answer will have. */
export interface AskedWithId extends Asked {
  /** Null: nothing can be matched with it; it ends with the HTTP answer to what it came in. */
  readonly id: Id | null;
}

/** The arrival of a request: its number, its time, its session. */
export interface Arrival {
  /** Number of the request within this task. */
  readonly request: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly synthetic: boolean;
  /** Null: it belongs to none, or to none yet. */
  readonly session: WatchedSession | null;
  /** When it came, one of so many sessions had lines for all of its requests; left out: each had. */
  readonly every?: number;
}

/** A request that has not ended, or was given up on and may still be answered. Never prompts, arguments or results. */
export class Waiting implements Asked {
  readonly request: number;
  readonly id: Id | null;
  readonly method: string;
  readonly tool: string | null;
  readonly since: number;
  readonly synthetic: boolean;
  /** One of so many sessions had lines for all of its requests when it came: whether its own has depends on nothing later. */
  readonly every: number;
  /** Null: none, or none yet. */
  session: WatchedSession | null;
  /** Its outcome is told; whatever comes now is not counted again. */
  isBooked = false;
  /** Something passed that may have been its answer, and could not be looked into. */
  isBlurred = false;
  /** The stream that was to bring its answer has ended, and its client may fetch the rest over another one. */
  isLeft = false;
  /** Its neighbours in the queue that it stands in. */
  before: Waiting | null = null;
  after: Waiting | null = null;

  constructor({ id, method, tool }: AskedWithId, { request, since, synthetic, session, every = 1 }: Arrival) {
    this.request = request;
    this.id = id;
    this.method = method;
    this.tool = tool;
    this.since = since;
    this.synthetic = synthetic;
    this.every = every;
    this.session = session;
  }

  /** How it ended, as far as anybody could see: a missing answer may have been among what nobody could look into. */
  seenAs(ending: Ending): Ending {
    const missing = ending.kind === "no-answer" || ending.kind === "overdue" || ending.kind === "withdrawn";
    return this.isBlurred && missing ? { kind: "unseen" } : ending;
  }
}

/** A session whose requests are watched. */
export class WatchedSession {
  /** The hub's own name of it. */
  readonly name: string;
  /** When it began in this task, in milliseconds since 1970. */
  readonly at: number;
  /** Its `initialize` was seen here. */
  begun: boolean;
  /** It was opened here, and neither side has ended it. */
  isOpen: boolean;
  /** The name as the lines of requests have it, once there is one. */
  #quotedName: string | null = null;
  /** Most sessions are idle and have none; one that asks mostly has one. */
  #only: Waiting | null = null;
  /**
   * All of them, where there is more than one. A map that lives as long as its session and is filled and emptied with each
   * request costs more than all else here: V8 takes its former tables, which are dead, for alive (a chain that begins at one
   * that grew old), and copies them into its old space.
   */
  #several: Map<Id, Waiting> | null = null;

  constructor(name: string, at: number, state: { readonly begun: boolean; readonly isOpen: boolean }) {
    this.name = name;
    this.at = at;
    this.begun = state.begun;
    this.isOpen = state.isOpen;
  }

  /** The name as JSON. */
  get quotedName(): string {
    this.#quotedName ??= quoted(this.name);
    return this.#quotedName;
  }

  /** Requests that wait, the oldest first. */
  get waiting(): Iterable<Waiting> {
    if (this.#several !== null) return this.#several.values();
    return this.#only === null ? [] : [this.#only];
  }

  get size(): number {
    if (this.#several !== null) return this.#several.size;
    return this.#only === null ? 0 : 1;
  }

  find(id: Id): Waiting | undefined {
    if (this.#several !== null) return this.#several.get(id);
    return this.#only?.id === id ? this.#only : undefined;
  }

  add(waiting: Waiting): void {
    if (waiting.id === null) return;
    if (this.#several === null && (this.#only === null || this.#only.id === waiting.id)) {
      this.#only = waiting;
      return;
    }
    this.#several ??= new Map(this.#only === null ? [] : [[this.#only.id as Id, this.#only]]);
    this.#only = null;
    this.#several.set(waiting.id, waiting);
  }

  remove(waiting: Waiting): void {
    if (waiting.id === null || this.find(waiting.id) !== waiting) return;
    if (this.#several === null) this.#only = null;
    else this.#several.delete(waiting.id);
    if (this.#several?.size === 0) this.#several = null;
  }
}
