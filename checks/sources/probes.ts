import { createHmac } from "node:crypto";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Colour } from "../../domain/colour.ts";
import type { HubTarget } from "../../domain/inputs.ts";
import { header } from "../../domain/telemetry.ts";
import { Turnstile } from "../core/semaphore.ts";
import { retryTransport } from "./causes.ts";

export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
  /** What the answer says of itself; null where it says nothing. */
  slot: string | null;
  release: string | null;
  durationMs: number;
}

/** What a slot offers, by name. */
export interface Catalogue {
  capabilities: string[];
  tools: string[];
  resources: string[];
  prompts: string[];
}

/** An open MCP session of the official client. */
export interface ProbeSession {
  /** The client's name of it. */
  readonly name: string;
  /** Everything that its `initialize` and its lists name; a list that the hub does not have is empty. */
  catalogue(signal: AbortSignal): Promise<Catalogue>;
  /** The status with which the balancer or the sidecar turned its last request away itself; null: neither did. */
  turnedAway(): number | null;
  listTools(signal: AbortSignal): Promise<Tool[]>;
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult>;
  /** How many `notifications/tools/list_changed` have arrived. */
  listChanges(): number;
  /** Why the session ended by itself; null while it is open. */
  broken(): Error | null;
  close(): Promise<void>;
}

/** A session that could not be opened: the balancer or the sidecar turned it away without asking the hub. */
export class TurnedAway extends Error {
  readonly status: number;

  constructor(status: number, cause: unknown) {
    super(`turned away before the hub was asked: HTTP ${status}`, { cause });
    this.status = status;
  }
}

export interface ProbeSource {
  get(path: string, slot: Colour | null, signal: AbortSignal): Promise<HttpAnswer>;
  /** Opens a session; waits for its turn while too many are open. The caller closes it. */
  open(slot: Colour | null, signal: AbortSignal): Promise<ProbeSession>;
  /** Opens several at once, or none. */
  openTogether(count: number, slot: Colour | null, signal: AbortSignal): Promise<ProbeSession[]>;
  /** Ends every open session. */
  close(): Promise<void>;
}

export interface ProbeOptions {
  hub: HubTarget;
  now: () => number;
  /** Signs probes for the sidecar; null: no sidecar. Several keys separated by commas are a rotation: the first signs. */
  signingKey: string | null;
  /** Sent as `Authorization: Bearer`; null: none. */
  token: string | null;
  fetch?: typeof fetch;
  /** Most plain requests in flight at once. */
  maxRequests?: number;
}

/** Sessions that a bake holds open at each slot: as many at both, for what is compared must be asked alike. */
export const steadySessions = 4;
/**
 * Most sessions open at once: what a bake holds at both slots, and places of their own for what checks open. Steady sessions stay
 * open while users ask enough; without those places a check waited for one until its time was over.
 */
export const mostSessions = 2 * steadySessions + 8;

const maxBody = 1_000_000;

/** The proof that lets a probe through the sidecar: valid for 300 s from `now`, milliseconds since the epoch. */
export function probeProof(key: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const first = key.split(",")[0]?.trim() ?? key;
  return `${seconds}.${createHmac("sha256", first).update(`probe:${seconds}`).digest("hex")}`;
}

/** The headers that mark a request as a probe of a slot: route, proof, synthetic, and the bearer token. */
export function probeMarks(
  { signingKey, token, now }: Pick<ProbeOptions, "signingKey" | "token" | "now">,
  slot: Colour | null,
): Record<string, string> {
  return {
    ...(slot === null ? {} : { [header.probeSlot]: slot }),
    [header.synthetic]: "1",
    ...(signingKey === null ? {} : { [header.probeProof]: probeProof(signingKey, now()) }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** Probes through the hub's public address; both kinds of request are bounded, however many checks ask at once. */
export function probeSource(options: ProbeOptions): ProbeSource {
  const { hub } = options;
  const send = options.fetch ?? fetch;
  const sessions = new Turnstile(mostSessions);
  const requests = new Turnstile(options.maxRequests ?? 8);
  const open = new Set<ProbeSession>();

  function marked(slot: Colour | null, init?: RequestInit): RequestInit {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(probeMarks(options, slot))) headers.set(name, value);
    return { ...init, headers };
  }

  /** Opens a session that gives its place back when it is closed, or at once when it cannot be opened. */
  async function opened(slot: Colour | null, signal: AbortSignal, place: Disposable): Promise<ProbeSession> {
    const connect = () =>
      openSession(
        hub,
        (input, init) => send(input, marked(slot, init)),
        signal,
        () => {
          open.delete(session);
          place[Symbol.dispose]();
        },
      );
    let session: ProbeSession;
    try {
      session = await retryTransport(connect, signal);
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    open.add(session);
    return session;
  }

  return {
    async get(path, slot, signal) {
      const [turn] = await requests.enter(signal);
      using _place = turn;
      const started = options.now();
      const response = await retryTransport(() => send(hub.url + path, marked(slot, { signal })), signal);
      const text = await boundedText(response);
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        text,
        slot: response.headers.get(header.slot),
        release: response.headers.get(header.release),
        durationMs: options.now() - started,
      };
    },

    async open(slot, signal) {
      const [place] = await sessions.enter(signal);
      return await opened(slot, signal, place as Disposable);
    },

    async openTogether(count, slot, signal) {
      const places = await sessions.enter(signal, count);
      const attempts = await Promise.allSettled(places.map((place) => opened(slot, signal, place)));
      const failed = attempts.find((attempt) => attempt.status === "rejected");
      const made = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
      if (!failed) return made;
      await Promise.all(made.map((session) => session.close()));
      throw failed.reason;
    },

    async close() {
      await Promise.all([...open].map((session) => session.close()));
    },
  };
}

async function openSession(
  hub: HubTarget,
  send: typeof fetch,
  signal: AbortSignal,
  onClosed: () => void,
): Promise<ProbeSession> {
  const { Client: McpClient } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { ToolListChangedNotificationSchema: ListChanged } =
    await import("@modelcontextprotocol/sdk/types.js");
  const client = new McpClient({ name: "bluegreen-check", version: "1" });
  let turnedAway: number | null = null;
  const transport = await makeTransport(hub, async (input, init) => {
    const response = await send(input, init);
    turnedAway = wasTurnedAway(hub, response) ? response.status : null;
    return response;
  });
  const ended = new AbortController();
  const name = `probe-${++opened}`;
  let changes = 0;
  let connected = false;
  let broken: Error | null = null;

  const end = (cause: Error) => {
    if (broken !== null) return;
    broken = cause;
    ended.abort(cause);
  };
  client.setNotificationHandler(ListChanged, () => {
    changes += 1;
  });
  // The MCP client takes its listeners as properties, it is no EventTarget.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onerror = (error) => {
    if (connected && hub.transport === "sse" && error.message.startsWith("SSE error"))
      end(new Error(`the session's stream ended: ${error.message}`, { cause: error }));
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onclose = () => end(new Error("the session was closed"));

  try {
    await whilePending(signal, (own) => client.connect(transport, { signal: own }));
    connected = true;
  } catch (error) {
    await closeQuietly(client);
    throw turnedAway === null ? error : new TurnedAway(turnedAway, error);
  }

  const within = (of: AbortSignal) => AbortSignal.any([of, ended.signal]);
  const listTools = (of: AbortSignal) =>
    pages(async (cursor): Promise<Page<Tool>> => {
      const { tools, nextCursor } = await whilePending(within(of), (own) =>
        client.listTools(cursor, { signal: own }),
      );
      return { items: tools, nextCursor };
    });
  return {
    name,
    turnedAway: () => turnedAway,
    listTools,
    async catalogue(of) {
      const has = client.getServerCapabilities() ?? {};
      const listed = <T extends { name: string }>(there: boolean, list: () => Promise<T[]>) =>
        there ? list().then((items) => items.map((item) => item.name)) : Promise.resolve([]);
      const resources = () =>
        pages(async (cursor): Promise<Page<{ name: string }>> => {
          const page = await whilePending(within(of), (own) => client.listResources(cursor, { signal: own }));
          return { items: page.resources.map(({ uri }) => ({ name: uri })), nextCursor: page.nextCursor };
        });
      const prompts = () =>
        pages(async (cursor): Promise<Page<{ name: string }>> => {
          const page = await whilePending(within(of), (own) => client.listPrompts(cursor, { signal: own }));
          return { items: page.prompts, nextCursor: page.nextCursor };
        });
      return {
        capabilities: Object.keys(has),
        tools: await listed(has.tools !== undefined, () => listTools(of)),
        resources: await listed(has.resources !== undefined, resources),
        prompts: await listed(has.prompts !== undefined, prompts),
      };
    },
    async call(name, args, of) {
      const answer = await whilePending(within(of), (own) =>
        client.callTool({ name, arguments: args }, undefined, { signal: own, timeout: 2 ** 31 - 1 }),
      );
      return answer as CallToolResult;
    },
    listChanges: () => changes,
    broken: () => broken,
    async close() {
      onClosed();
      await endSession(transport);
      await closeQuietly(client);
    },
  };
}

/** Counts sessions, for their names. */
let opened = 0;

/**
 * Whether the hub was never asked. The sidecar marks its own refusals; every other answer of a slot that has one names its task, and
 * one that names none is the balancer's own.
 */
function wasTurnedAway({ signingSecret }: HubTarget, { status, headers }: Response): boolean {
  if (signingSecret === undefined) return false;
  return headers.has(header.refused) || ([502, 503, 504].includes(status) && !headers.has(header.task));
}

interface Page<T> {
  items: T[];
  nextCursor: string | undefined;
}

/** Most pages of one list: a hub that names a next one for ever would be read for ever. */
const mostPages = 100;

async function pages<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const found = await read(cursor === undefined ? {} : { cursor });
    items.push(...found.items);
    cursor = found.nextCursor;
    if (cursor === undefined) return items;
  }
  throw new Error(`a list of more than ${mostPages} pages`);
}

async function makeTransport(hub: HubTarget, send: typeof fetch): Promise<Transport> {
  const url = new URL(hub.url + hub.mcpPath);
  if (hub.transport === "sse") {
    const { SSEClientTransport } = await import("@modelcontextprotocol/sdk/client/sse.js");
    return new SSEClientTransport(url, { fetch: send });
  }
  const { StreamableHTTPClientTransport } =
    await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  return new StreamableHTTPClientTransport(url, { fetch: send });
}

const farewellMs = 300;

/** Tells a streamable HTTP hub that the session is over; a hub may refuse or not answer. */
async function endSession(transport: Transport): Promise<void> {
  if (!("terminateSession" in transport)) return;
  const terminate = (transport as { terminateSession(): Promise<void> }).terminateSession();
  await untilAborted(terminate, AbortSignal.timeout(farewellMs)).catch(() => undefined);
}

/** Closing is the last thing done with a session; what goes wrong then says nothing about the hub. */
async function closeQuietly(client: Client): Promise<void> {
  await client.close().catch(() => undefined);
}

/** Rejects with the signal's reason as soon as it aborts, whatever the work does. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Gives the work a signal of its own that follows the outer one only while the work is pending: the MCP client keeps
 * listening to a call's signal after its answer, and would cancel every call ever made when the outer signal aborts.
 */
async function whilePending<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(signal.reason);
  if (signal.aborted) follow();
  signal.addEventListener("abort", follow, { once: true });
  try {
    return await untilAborted(work(own.signal), own.signal);
  } finally {
    signal.removeEventListener("abort", follow);
  }
}

async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > maxBody) {
      await reader.cancel();
      throw new Error(`the answer is longer than ${maxBody} bytes`);
    }
  }
}
