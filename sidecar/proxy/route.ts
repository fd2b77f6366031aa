import type { IncomingMessage, ServerResponse } from "node:http";
import { header, healthPath, proofPath } from "../../domain/telemetry.ts";
import { sisterAddress } from "../affinity/peers.ts";
import { type Pinned, sessionOf } from "../affinity/pin.ts";
import { isStateless } from "../affinity/request-state.ts";
import { isToken, verifyFresh } from "../affinity/signature.ts";
import { statelessRoute } from "../affinity/stateless.ts";
import type { Task } from "../task.ts";
import { hopHeader } from "./headers.ts";
import { prove, refuse, tellHealth } from "./own-answers.ts";

const methods: ReadonlySet<string> = new Set(["GET", "POST", "DELETE", "OPTIONS"]);

/** Where a request goes and what is known of it. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** Path and query there. */
  readonly url: string;
  readonly session: string | null;
  /** Its answer comes over the session's stream, which stays open until all of it is here. */
  readonly overStream: boolean;
  /** The hub's own session id, to be put in place of the pinned one. */
  readonly sessionId: string | null;
  /** The task it is for, when that is another one. */
  readonly sister: string | null;
  /** It belongs to no session: what the hub mints for it is wrapped. */
  readonly stateless: boolean;
  /** It belongs to something open: a session, or a state it brings back. */
  readonly returning: boolean;
  readonly synthetic: boolean;
  /** It is no request of MCP: nothing is told of it. */
  readonly aside: boolean;
  /** The whole body when it was needed for the decision; else it comes with the request. */
  readonly body: Buffer | null;
  /** Where it goes when the sister is gone. */
  readonly otherwise: Route | null;
}

/**
 * Decides where a request goes; null when it was answered here. Only what can't be told at once is a promise: most requests
 * go on in the turn in which they came.
 */
export function routeOf(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
): Route | null | Promise<Route | null> {
  const { config, now } = task;
  const { settings, keys } = config;
  const { method = "", headers } = request;
  const url = request.url ?? "/";
  const path = pathOf(url);
  if (!methods.has(method)) return refuse(task, response, 405, "Method not allowed");
  if (path === proofPath) return prove(task, response);
  if (path === healthPath) return tellHealth(task, response);
  if (path !== settings.mcpPath && path !== settings.messagePath && path !== settings.healthPath)
    return refuse(task, response, 404, "Not found");
  if (Number(headers["content-length"] ?? 0) > settings.largestBody)
    return refuse(task, response, 413, "Too large");
  const probing = isSigned(keys, "probe", headers[header.probeProof], now());
  const toHub = hubRoute(task, url, probing && headers[header.synthetic] !== undefined);
  if (path === settings.healthPath)
    return method === "GET" ? { ...toHub, aside: true } : refuse(task, response, 405, "Method not allowed");
  // A sister has asked for the token already, and keeps it to itself.
  const hopped = isSigned(keys, "hop", headers[hopHeader], now());
  if (!hopped && !isAuthorized(config.tokens, request))
    return refuse(task, response, 401, "A bearer token is needed", ["www-authenticate", "Bearer"]);
  const pinned = pinOf(task, request, url);
  if (pinned === "forged") return refuse(task, response, 404, "Session not found");
  if (pinned) return pinnedRoute(task, request, response, pinned, toHub, hopped);
  // Messages are for sessions, and every session here has a pin.
  if (settings.pin && path === settings.messagePath && path !== settings.mcpPath)
    return refuse(task, response, 404, "Session not found");
  if (headers[header.probeSlot] !== undefined && !probing)
    return refuse(task, response, 403, "A probe must be signed");
  const stateless = settings.pin && method === "POST" && isStateless(headers["mcp-protocol-version"]);
  // What came before the drain is served, however long its body takes.
  const mayRefuse = task.drain.mayRefuse;
  if (stateless) {
    const found = statelessRoute(task, request, response, { ...toHub, stateless }, hopped);
    return mayRefuse ? found.then((route) => orElsewhere(task, response, route, hopped)) : found;
  }
  return mayRefuse ? orElsewhere(task, response, toHub, hopped) : toHub;
}

/** On, unless this task drains and nothing open brings the request back here. */
async function orElsewhere(
  task: Task,
  response: ServerResponse,
  route: Route | null,
  hopped: boolean,
): Promise<Route | null> {
  if (route === null || route.returning || !(await task.drain.refuses())) return route;
  return elsewhere(task, response, route, hopped);
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

/** Most requests have no such header, and need no look at any key. */
function isSigned(
  keys: readonly string[],
  purpose: "probe" | "hop",
  proof: string | string[] | undefined,
  nowMs: number,
): boolean {
  return typeof proof === "string" && verifyFresh(keys, purpose, proof, nowMs);
}

function hubRoute({ config }: Task, url: string, synthetic: boolean): Route {
  const { host, port } = config.hub;
  return {
    host,
    port,
    url,
    session: null,
    overStream: false,
    sessionId: null,
    sister: null,
    stateless: false,
    returning: false,
    synthetic,
    aside: false,
    body: null,
    otherwise: null,
  };
}

/** A new session while this task drains: to a sister task that is known, once, else later. */
function elsewhere(task: Task, response: ServerResponse, route: Route, hopped: boolean): Route | null {
  const { config, home, sisters, drain } = task;
  const sister = hopped || drain.wholeSlot ? null : sisters.latest;
  const address = sister === null ? null : sisterAddress(sister, config, home);
  if (address !== null) return { ...route, ...address, sister };
  return refuse(task, response, 503, "This task takes no new sessions", ["retry-after", "1"]);
}

function pinOf({ config, pins }: Task, request: IncomingMessage, url: string): Pinned | "forged" | null {
  if (!config.settings.pin) return null;
  const id = request.headers["mcp-session-id"];
  return id === undefined ? pins.url(url) : pins.session(String(id));
}

/** A session of this task goes to the hub, one of a sister task to its sidecar, once. */
function pinnedRoute(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  pinned: Pinned,
  toHub: Route,
  hopped: boolean,
): Route | null {
  const { config, home, sessions, sisters, streams } = task;
  const bySession = request.headers["mcp-session-id"] !== undefined;
  // A pinned GET of a stream's own URL would open a second session.
  if (!bySession && request.method !== "POST" && request.method !== "OPTIONS")
    return refuse(task, response, 405, "Method not allowed");
  if (pinned.slot !== config.slot) return refuse(task, response, 404, "Session not found");
  if (pinned.task === home.task) {
    const session = bySession ? pinned.own : sessionOf(pinned.own);
    const route = { ...toHub, session, returning: true };
    if (bySession && sessions.hasEnded(session)) return refuse(task, response, 404, "Session not found");
    if (bySession) return { ...route, sessionId: pinned.own };
    const overStream = request.method === "POST";
    if (overStream && !streams.arriving(session)) return refuse(task, response, 404, "Session not found");
    return { ...route, url: pinned.own, overStream };
  }
  const address = hopped ? null : sisterAddress(pinned.task, config, home);
  if (address === null) return refuse(task, response, 404, "Session not found");
  sisters.saw(pinned.task);
  return { ...toHub, ...address, sister: pinned.task, returning: true };
}

function isAuthorized(tokens: readonly string[], { headers }: IncomingMessage): boolean {
  if (tokens.length === 0) return true;
  const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
  return scheme.toLowerCase() === "bearer" && isToken(tokens, token);
}
