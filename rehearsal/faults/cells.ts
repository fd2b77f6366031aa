/**
 * What can be wrong with a release, where, and over which transport: the words that the sample hub's config, the proxy in front of
 * any hub, and the matrix of them all share. Pure.
 */

/** Kinds of faults: what is done to a request or its answer. */
export const faultKinds = [
  /** HTTP 422 without a JSON-RPC answer. */
  "status-4xx",
  /** HTTP 500 without one. */
  "status-5xx",
  /** No answer ever comes; the connection stays. */
  "hang",
  /** The answer comes `slowMs` later, or as many milliseconds as the fault says. */
  "slow",
  /** The connection is reset in place of an answer. */
  "reset",
  /** The answer's JSON ends half-way; what carries it is whole. */
  "truncated-json",
  /** The event stream that carries the answer ends in the middle of it. */
  "truncated-stream",
  /** The answer is right, its content type is `text/plain`. */
  "wrong-content-type",
  /** HTTP 200 with a web page: what a hub with a user interface says where it knows nothing. */
  "html-page",
  /** A JSON-RPC error -32603. */
  "rpc-error",
  /** A tool's result with `isError`. */
  "is-error",
  /** A tool's result without content, any other result without a member. */
  "empty-result",
  /** An analysis whose language model failed: an error inside a successful result. */
  "llm-failure",
  /** A tool is neither listed nor known to calls; at `tools/list`: none is listed. */
  "tool-gone",
  /** 404, the session is not known any more, then and from then on. */
  "session-forgotten",
  /** `initialize` answers HTTP 500 with a JSON-RPC error inside, as a server does whose start throws. */
  "initialize-fails",
  /** The stream opens and ends at once, with nothing in it. */
  "stream-fails",
  /** The request ends the process. */
  "out-of-memory",
  /** The body is gzipped although nobody accepts that. No fault to users: a hub that does it must be kept. */
  "compressed",
] as const;
/** A kind of fault, by its name in a release's config. */
export type FaultKind = (typeof faultKinds)[number];

/** Places of faults: which requests one is done to. */
export const faultPlaces = [
  /** Calls of the tool that analyses. */
  "analysis",
  /** Calls of one other tool. */
  "other-tool",
  /** The first request of a client: `initialize`, or `server/discover` in the stateless era. */
  "initialize",
  "tools/list",
  /** What a client sends without wanting an answer. */
  "notifications",
  /** The event stream that a GET opens. */
  "stream",
] as const;
/** A place of a fault, by its name in a release's config. */
export type FaultPlace = (typeof faultPlaces)[number];

/** Transports, by the eras of MCP: HTTP+SSE, streamable HTTP with sessions, and revision 2026-07-28. */
export const transports = ["sse", "streamable", "stateless"] as const;
/** A transport, by the era of MCP that it stands for. */
export type Transport = (typeof transports)[number];

/** Shares of the requests at its place that a fault strikes. */
export const shares = [0.02, 0.1, 1] as const;

/** How much later a slow answer comes, in milliseconds: above the 3 s at which the requirement wants the team told. */
export const slowMs = 4_000;

/** One thing that is wrong with a release. */
export interface Fault {
  readonly kind: FaultKind;
  readonly where: FaultPlace;
  /** From above 0 to 1. */
  readonly share: number;
  /** Requests at its place that are well before the first that is not. */
  readonly after?: number;
  /** Of `slow`: how much later, in milliseconds. */
  readonly ms?: number;
}

/** Kinds that spoil what a result says, and those that spoil the body that carries an answer. */
const ofResults: ReadonlySet<FaultKind> = new Set(["rpc-error", "empty-result"]);
const ofBodies: ReadonlySet<FaultKind> = new Set([
  "truncated-json",
  "truncated-stream",
  "wrong-content-type",
  "html-page",
  "compressed",
]);

/** The only places at which these kinds mean something. */
const places: Partial<Readonly<Record<FaultKind, readonly FaultPlace[]>>> = {
  "is-error": ["analysis", "other-tool"],
  "llm-failure": ["analysis"],
  "tool-gone": ["analysis", "other-tool", "tools/list"],
  "initialize-fails": ["initialize"],
  "stream-fails": ["stream"],
  "out-of-memory": ["analysis", "other-tool"],
};

/** Why a cell of the matrix makes no sense; null: it does. */
export function senseless(kind: FaultKind, where: FaultPlace, transport: Transport): string | null {
  if (transport === "stateless") {
    if (where === "stream") return "the stateless era has no stream that a GET opens";
    if (where === "notifications") return "a client of the stateless era sends no notification";
    if (kind === "session-forgotten") return "the stateless era has no session to forget";
    if (kind === "initialize-fails") return "the stateless era has no initialize";
  }
  const only = places[kind];
  if (only !== undefined && !only.includes(where))
    return `${kind} means something only at ${only.join(", ")}`;
  if (where === "notifications" && (ofResults.has(kind) || ofBodies.has(kind)))
    return "a notification has no answer to spoil";
  if (where === "stream" && ofResults.has(kind)) return "opening a stream has no result";
  if (where === "stream" && kind === "truncated-json") return "a stream is no JSON";
  if (kind === "session-forgotten" && where === "initialize")
    return "before initialize there is no session to forget";
  if (kind === "session-forgotten" && where === "stream" && transport === "sse")
    return "the session of HTTP+SSE begins with its stream";
  if (transport === "sse" && where !== "stream" && (kind === "wrong-content-type" || kind === "compressed"))
    return "over HTTP+SSE an answer comes in the stream, and has neither type nor encoding of its own";
  return null;
}

/** Every cell that makes sense, over one transport, at one share each. */
export function cells(transport: Transport): Pick<Fault, "kind" | "where">[] {
  return faultKinds.flatMap((kind) =>
    faultPlaces
      .filter((where) => senseless(kind, where, transport) === null)
      .map((where) => ({ kind, where })),
  );
}
