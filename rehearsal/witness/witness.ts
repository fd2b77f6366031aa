import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { UnsupportedProtocolVersionError } from "@modelcontextprotocol/client";
import { header } from "../../domain/telemetry.ts";
import { wholeCause } from "../clients/cause.ts";
import type { Transport as Era } from "../faults/cells.ts";
import { type Judgement, type Wanted, judgeFailure, judgeResult } from "./judge.ts";
import { Numbers, type Pipe } from "./numbers.ts";
import type { Sight } from "./sight.ts";

/** Keeps what the users of a rehearsal saw, request by request. */
export class Witness {
  /** Every request that was sent, in the order in which they were. */
  readonly sights: Sight[] = [];
  readonly #name: string;
  #clients = 0;

  /** @param name one that no other load of the same hub has: the lines of all of them are searched for its requests */
  constructor(name: string) {
    this.#name = name;
  }

  /** One more client, with eyes of its own. */
  client(era: Era): ClientWitness {
    return new ClientWitness(this, era, `${this.#name}.${++this.#clients}`);
  }
}

/** What a client asked for at once, and the requests that were sent for it. */
interface Asking {
  readonly sent: Sending[];
}

interface Sending {
  readonly sight: Sight;
  /** Whether the answer asks to be tried again later. */
  later: boolean;
  /** Code of the JSON-RPC error that answered it. */
  code: number | null;
}

/** A user's question, answered. */
export interface Asked extends Judgement {
  /** Requests that were sent for it, in order. */
  readonly sights: readonly Sight[];
}

const asking = new AsyncLocalStorage<Asking>();

/** Watches one official client from outside: what it sends, what comes, and what it makes of that. */
export class ClientWitness {
  readonly name: string;
  readonly #all: Witness;
  readonly #era: Era;
  readonly #numbers: Numbers;
  /** Requests without an answer yet, by id. */
  readonly #open = new Map<string, Sending>();
  #slot: string | null = null;
  /** Tells of each answer as it comes; for whoever wants to know where the client is served. */
  onAnswer: (response: Response) => void = () => undefined;
  /** Tells of each event stream that is asked for. */
  onStream: () => void = () => undefined;

  constructor(all: Witness, era: Era, name: string) {
    this.#all = all;
    this.#era = era;
    this.name = name;
    this.#numbers = new Numbers(name, (id, code) => this.#answered(id, code));
  }

  /** Slot that answered last; null: none has. */
  get slot(): string | null {
    return this.#slot;
  }

  /** Gives every request of this transport an id that is unique in the whole load. */
  number<T extends Pipe>(transport: T): T {
    return this.#numbers.on(transport);
  }

  /** To be given to the client in place of `fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const traceId = newTraceId();
    const sending = this.#send(init, traceId);
    const headers = new Headers(init?.headers);
    headers.set("x-amzn-trace-id", traceId);
    const response = await fetch(input, { ...init, headers });
    if (sending !== null) this.#heard(sending, response);
    this.onAnswer(response);
    return response;
  };

  /** Lets the client ask, and judges what it says came of it. Never rejects. */
  async ask(wanted: Wanted, run: () => Promise<unknown>): Promise<Asked> {
    const asked: Asking = { sent: [] };
    const judgement = await asking.run(asked, () => this.#outcome(wanted, run, asked));
    for (const { sight } of asked.sent) if (sight.id !== null) this.#open.delete(sight.id);
    return { ...judgement, sights: asked.sent.map(({ sight }) => sight) };
  }

  async #outcome(wanted: Wanted, run: () => Promise<unknown>, { sent }: Asking): Promise<Judgement> {
    let judgement: Judgement;
    let last: Sending | undefined;
    try {
      judgement = judgeResult(wanted, await run());
      last = sent.findLast(({ sight }) => sight.id !== null);
    } catch (error) {
      // A stream that opened well, and nothing after it: it held nothing.
      last = sent.findLast(mayHaveFailed) ?? sent.at(-1);
      judgement = this.#failed(error, last);
    }
    // Of several requests it is the last that did not go well: the client sent it because those before it had.
    for (const { sight } of sent)
      if (sight === last?.sight) Object.assign(sight, judgement);
      else if (sight.id !== null) sight.verdict ??= "well";
    return judgement;
  }

  #failed(error: unknown, last: Sending | undefined): Judgement {
    return judgeFailure({
      error: wholeCause(error),
      gaveUp: isTimeout(error),
      noCommonRevision: error instanceof UnsupportedProtocolVersionError,
      code: last?.code ?? null,
      status: last?.sight.status ?? null,
      byTask: (last?.sight.task ?? null) !== null,
      later: last?.later ?? false,
    });
  }

  #send(init: RequestInit | undefined, traceId: string): Sending | null {
    const about = describe(init);
    if (about === null) return null;
    if (about.method === "stream/open") this.onStream();
    const sight: Sight = {
      ...about,
      client: this.name,
      era: this.#era,
      traceId,
      sentAt: Date.now(),
      answeredAt: null,
      // Without a session each request is sent anywhere: who answered the one before says nothing.
      slot: this.#era === "stateless" ? null : this.#slot,
      task: null,
      status: null,
      verdict: null,
      why: "",
    };
    const sending: Sending = { sight, later: false, code: null };
    this.#all.sights.push(sight);
    asking.getStore()?.sent.push(sending);
    if (sight.id !== null) this.#open.set(sight.id, sending);
    return sending;
  }

  #heard(sending: Sending, response: Response): void {
    const { sight } = sending;
    const { headers, status } = response;
    sight.status = status;
    sight.task = headers.get(header.task);
    sight.slot = headers.get(header.slot) ?? sight.slot;
    this.#slot = sight.slot;
    sight.answeredAt = Date.now();
    sending.later = headers.has("retry-after");
    // Nothing more is awaited of a notification, and of a stream that opened.
    if (sight.id === null) Object.assign(sight, judgeStatus(status, sending));
  }

  /** An answer came, over whichever connection. */
  #answered(id: string, code: number | null): void {
    const sending = this.#open.get(id);
    if (sending === undefined) return;
    sending.code = code;
    sending.sight.answeredAt = Date.now();
  }
}

/** As a balancer makes one for a request that has none: a time and 24 more digits. */
function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${randomUUID().replaceAll("-", "").slice(8)}`;
}

/** Whether a question's bad end may be this request's. A client that no longer waits only says so. */
function mayHaveFailed({ sight: { id, method, verdict } }: Sending): boolean {
  return id !== null || (verdict !== "well" && method !== "notifications/cancelled");
}

/** 405: the server has no such stream, which it may. */
function judgeStatus(status: number, { sight, later }: Sending): Judgement {
  if (status < 300 || status === 405) return { verdict: "well", why: "" };
  const byTask = sight.task !== null;
  return judgeFailure({
    error: `HTTP ${status}`,
    gaveUp: false,
    noCommonRevision: false,
    code: null,
    status,
    byTask,
    later,
  });
}

/** What a request asks for; null: it ends a session, which nobody waits for. */
function describe(init: RequestInit | undefined): Pick<Sight, "id" | "method" | "tool"> | null {
  const verb = init?.method ?? "GET";
  if (verb === "GET") return { id: null, method: "stream/open", tool: null };
  if (verb !== "POST" || typeof init?.body !== "string") return null;
  const { id, method, params } = JSON.parse(init.body) as {
    id?: string;
    method?: string;
    params?: { name?: string };
  };
  const tool = method === "tools/call" ? (params?.name ?? null) : null;
  return { id: id ?? null, method: method ?? "answer", tool };
}

/** The two SDKs' own words for a wait that the client ended. */
function isTimeout(error: unknown): boolean {
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: string };
  if (code === "REQUEST_TIMEOUT" || name === "TimeoutError") return true;
  return code === -32_001 && /timed out/i.test(message ?? "");
}
