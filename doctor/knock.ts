import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { causeText } from "../checks/sources/causes.ts";
import { closeQuietly } from "../checks/sources/end-session.ts";
import { whilePending } from "../checks/sources/pending.ts";
import type { Door, Endpoint, SessionTransport } from "./found.ts";
import { type Head, Listener, type Marks } from "./listener.ts";
import { openSession, serverName } from "./session.ts";

/** The revision without sessions. */
const statelessRevision = "2026-07-28";

/** Share of a hub's time after which a stream that it opened names no endpoint any more: those that do, do it at once. */
const endpointShare = 0.2;

/** What came of asking for MCP at one door. */
export interface Knock {
  readonly door: Door;
  /** Null: nobody spoke MCP there. */
  readonly endpoint: Endpoint | null;
  /** Why not; empty where somebody did. */
  readonly why: string;
  readonly heads: readonly Head[];
  readonly movedTo: string | null;
  /** Why no connection came about; null: one did. */
  readonly unreachable: string | null;
}

/** Asks with the official client whether MCP is spoken at a door. Never rejects. */
export async function knock(door: Door, marks: Marks, patienceMs: number): Promise<Knock> {
  const listener = new Listener(marks);
  const { transport } = door;
  const mute = transport === "sse" ? whenMute(listener, patienceMs * endpointShare) : null;
  const signal = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(mute === null ? [] : [mute])]);
  try {
    const endpoint =
      transport === "stateless"
        ? await discover(door, listener, signal)
        : await initialize({ ...door, transport }, listener, signal);
    return knocked(door, listener, endpoint, "");
  } catch (error) {
    const silent = signal.aborted && mute?.aborted !== true;
    const why = silent ? `it said nothing within ${patienceMs / 1_000} s` : causeText(error);
    return knocked(door, listener, null, why);
  }
}

/** Aborts when a stream was opened and its endpoint was not named: a stream of streamable HTTP looks the same, and never names one. */
function whenMute(listener: Listener, ms: number): AbortSignal {
  const mute = new AbortController();
  const look = () => {
    if (listener.posted.length === 0) mute.abort(new Error("it opened a stream that names no endpoint"));
  };
  listener.onStream = () => void setTimeout(look, ms).unref();
  return mute.signal;
}

function knocked(door: Door, listener: Listener, endpoint: Endpoint | null, why: string): Knock {
  const { heads, movedTo, unreachable } = listener;
  return { door, endpoint, why, heads, movedTo, unreachable };
}

/** Opens a session. */
async function initialize(
  door: Door<SessionTransport>,
  listener: Listener,
  signal: AbortSignal,
): Promise<Endpoint> {
  const { path, transport } = door;
  await using session = await openSession(door, listener, signal);
  const { server, kept } = session;
  const messagePath = transport === "sse" ? (listener.posted[0] ?? null) : null;
  return { path, transport, revision: listener.revision, session: kept, messagePath, server };
}

/** Asks a server of the revision without sessions what it is, and nothing else. */
async function discover(
  { origin, path, transport }: Door,
  { send }: Listener,
  signal: AbortSignal,
): Promise<Endpoint> {
  const client = new Client(
    { name: "bluegreen-doctor", version: "1" },
    { versionNegotiation: { mode: { pin: statelessRevision } } },
  );
  const pipe = new StreamableHTTPClientTransport(new URL(origin + path), { fetch: send });
  try {
    await whilePending(signal, (own) => client.connect(pipe, { signal: own }));
    const server = serverName(client.getServerVersion());
    const revision = statelessRevision;
    return { path, transport, revision, session: false, messagePath: null, server };
  } finally {
    await closeQuietly(client);
  }
}
