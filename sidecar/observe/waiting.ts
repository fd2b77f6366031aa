import type { Asked, Ending } from "../../domain/outcome.ts";

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
}

/** A request that has not ended, or was given up on and may still be answered. Never prompts, arguments or results. */
export class Waiting implements Asked {
  readonly request: number;
  readonly id: Id | null;
  readonly method: string;
  readonly tool: string | null;
  readonly since: number;
  readonly synthetic: boolean;
  /** Null: none, or none yet. */
  session: WatchedSession | null;
  /** Its outcome is told; whatever comes now is not counted again. */
  isBooked = false;
  /** Something passed that may have been its answer, and could not be looked into. */
  isBlurred = false;
  /** The stream that was to bring its answer has ended, and its client may fetch the rest over another one. */
  isLeft = false;

  constructor({ id, method, tool }: AskedWithId, { request, since, synthetic, session }: Arrival) {
    this.request = request;
    this.id = id;
    this.method = method;
    this.tool = tool;
    this.since = since;
    this.synthetic = synthetic;
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
  /** Most sessions are idle: those have none. */
  #waiting: Map<Id, Waiting> | null = null;

  constructor(name: string, at: number, state: { readonly begun: boolean; readonly isOpen: boolean }) {
    this.name = name;
    this.at = at;
    this.begun = state.begun;
    this.isOpen = state.isOpen;
  }

  /** Requests that wait, the oldest first. */
  get waiting(): Iterable<Waiting> {
    return this.#waiting?.values() ?? [];
  }

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  find(id: Id): Waiting | undefined {
    return this.#waiting?.get(id);
  }

  add(waiting: Waiting): void {
    if (waiting.id === null) return;
    this.#waiting ??= new Map();
    this.#waiting.set(waiting.id, waiting);
  }

  remove(waiting: Waiting): void {
    if (waiting.id !== null && this.#waiting?.get(waiting.id) === waiting) this.#waiting.delete(waiting.id);
  }
}
