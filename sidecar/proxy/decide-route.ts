import type { IncomingHttpHeaders } from "node:http";
import { otherSlash } from "../../domain/hub.ts";
import { header, healthPath, proofPath } from "../../domain/telemetry.ts";
import { sessionOf } from "../affinity/message-url.ts";
import { hopHeader, peerAddress } from "../affinity/peers.ts";
import type { Home, Pinned } from "../affinity/pin.ts";
import { isStateless } from "../affinity/request-state.ts";
import { isToken, verifyFresh } from "../affinity/signature.ts";
import type { SidecarConfig } from "../config.ts";
import { isPreflight } from "./cors.ts";

/** The route of a request: what becomes of it. */
export type Route = OnwardRoute | HoldRoute | RefuseRoute | HealthRoute | { readonly kind: "proof" };

/** The route of the balancer's question whether the hub is ready. */
interface HealthRoute {
  readonly kind: "health";
  /** Who asks may hear why it is not. */
  readonly tellsWhy: boolean;
}

/** A route on which a request leaves this sidecar. */
export type OnwardRoute = ForwardRoute | PeerRoute;

/** A route to this task's hub. */
export interface ForwardRoute {
  readonly kind: "forward";
  readonly host: string;
  readonly port: number;
  /** Path and query there. */
  readonly url: string;
  /**
   * What brings it here: a pinned session id, a pinned message URL, or a state that it brings back; nothing, and while this
   * task drains it goes elsewhere; or what is no request of MCP.
   */
  readonly by: "session id" | "message url" | "state" | "nothing" | OutsideMcp;
  /** The hub's own name of its session; by a session id it takes the pinned one's place. */
  readonly session: string | null;
  /** The whole body of a request that belongs to no session; else the body comes with the request. */
  readonly body: Buffer | null;
  readonly synthetic: boolean;
  /** A peer sent it: it goes no further. */
  readonly hopped: boolean;
}

/**
 * What brings a request to the hub that is none of MCP's: its health path, told in whole or as up or down; a path that the config
 * opens to anybody; a browser's question whether it may ask. Nothing is told of such a request, it opens no session, and a drain
 * does not turn it away.
 */
type OutsideMcp = "health path" | "plain health" | "public path" | "preflight";

const outsideMcp: ReadonlySet<string> = new Set([
  "health path",
  "plain health",
  "public path",
  "preflight",
] satisfies OutsideMcp[]);

/** Whether a request is one of MCP's, as all are that a peer gets. */
export const isOfMcp = (route: OnwardRoute): boolean => route.kind === "peer" || !outsideMcp.has(route.by);

/** A route to the sidecar of another task. */
export interface PeerRoute {
  readonly kind: "peer";
  readonly host: string;
  readonly port: number;
  /** Path and query there. */
  readonly url: string;
  readonly peer: string;
  /** What names that task: a pin, a state that the request brings back, or nothing but this task's own drain. */
  readonly by: "pin" | "state" | "drain";
  /** The whole body when it was needed for the decision; else it comes with the request. */
  readonly body: Buffer | null;
  /** Where it goes when the peer is gone. */
  readonly otherwise: ForwardRoute | null;
}

/** The id by which a request names a session of this task, as the hub knows it; null: it names none so. */
export const sessionIdOf = (route: OnwardRoute): string | null =>
  route.kind === "forward" && route.by === "session id" ? route.session : null;

/** The route of a request without a session: its body is needed before it can be decided (`decideStateless`). */
export interface HoldRoute {
  readonly kind: "hold";
  readonly toHub: ForwardRoute;
}

/** The route of a request that is turned away here. */
export interface RefuseRoute {
  readonly kind: "refuse";
  readonly status: number;
  readonly text: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The facts that a decision needs of its task: its config and place, how pins read, and which sessions have ended. */
export interface TaskFacts {
  readonly config: SidecarConfig;
  readonly home: Home;
  readonly pins: {
    url(url: string): Pinned | "forged" | null;
    session(id: string): Pinned | "forged";
  };
  readonly sessions: { hasEnded(session: string): boolean };
}

const methods: ReadonlySet<string> = new Set(["GET", "POST", "DELETE", "OPTIONS"]);

const proof: Route = { kind: "proof" };
const wrongMethod = refusal(405, "Method not allowed");
const notFound = refusal(404, "Not found");
const unauthorized = refusal(401, "A bearer token is needed", ["www-authenticate", "Bearer"]);
const unsignedProbe = refusal(403, "A probe must be signed");
/** The refusal of a body above the limit. */
export const tooLarge = refusal(413, "Too large");
/** The refusal of a pin that leads nowhere: a client that hears it begins anew. */
export const sessionNotFound = refusal(404, "Session not found");
/** The refusal of a new session while this task drains: the next try meets another task. */
export const noNewSessions = refusal(503, "This task takes no new sessions", ["retry-after", "1"]);
/** The refusal of a body that would be held beside too many others. */
export const tooManyHeld = refusal(503, "This task holds too many large requests", ["retry-after", "1"]);

/** The route of a request that is turned away with this status and text. */
export function refusal(status: number, text: string, headers: readonly string[] = []): RefuseRoute {
  return { kind: "refuse", status, text, headers };
}

/**
 * Decides what becomes of a request, by its head and what its task knows, and does nothing of it. The path of MCP may have a slash
 * at its end or none: the hub is asked at the one that it has.
 */
export function decideRoute(
  task: TaskFacts,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
): Route {
  const { config } = task;
  const path = pathOf(url);
  if (!methods.has(method)) return wrongMethod;
  if (path === proofPath) return proof;
  if (path === healthPath) return { kind: "health", tellsWhy: hearsAll(config, headers, nowMs) };
  const place = placeOf(path, config.settings);
  if (place === "nowhere")
    return otherSlash(path) === config.settings.mcpPath
      ? decideRoute(task, method, config.settings.mcpPath + url.slice(path.length), headers, nowMs)
      : notFound;
  if (Number(headers["content-length"] ?? 0) > config.settings.largestBody) return tooLarge;
  if (method === "OPTIONS" && isPreflight(headers)) return decidePreflight(task, url, headers, nowMs);
  if (place === "mcp") return decideMcp(task, method, url, headers, nowMs);
  if (place === "public") return decidePublic(config, url, headers, nowMs);
  return method === "GET" ? decideHealth(config, url, headers, nowMs) : wrongMethod;
}

/** Where a path leads on the hub: its MCP, its health, what the config opens to anybody, or nowhere. */
type Place = "mcp" | "health" | "public" | "nowhere";

function placeOf(path: string, settings: SidecarConfig["settings"]): Place {
  if (path === settings.mcpPath || path === settings.messagePath) return "mcp";
  if (path === settings.healthPath) return "health";
  return settings.publicPaths.includes(path) ? "public" : "nowhere";
}

/** What the hub says of its tools, their faults and its workspaces is for those who may use it; others hear whether it is up. */
function decideHealth(
  config: SidecarConfig,
  url: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
): Route {
  return hearsAll(config, headers, nowMs)
    ? hubRoute(config, url, "health path")
    : hubRoute(config, config.settings.healthPath, "plain health");
}

/** A path that the config opens: nobody needs a token there. */
function decidePublic(
  config: SidecarConfig,
  url: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
): Route {
  return isUnsignedProbe(config, headers, nowMs) ? unsignedProbe : hubRoute(config, url, "public path");
}

/**
 * A browser sends no token with it, and only when it is answered well does it send the request that it is about, which may then
 * hear that its session is gone: so it goes to the hub wherever its pin leads, and while this task drains.
 */
function decidePreflight(
  { config, pins }: TaskFacts,
  url: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
): Route {
  if (isUnsignedProbe(config, headers, nowMs)) return unsignedProbe;
  const pinned = config.settings.pin ? pins.url(url) : null;
  if (pinned === null) return hubRoute(config, url, "preflight");
  return hubRoute(config, pinned === "forged" ? pathOf(url) : pinned.own, "preflight");
}

function decideMcp(
  task: TaskFacts,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
): Route {
  const { keys, tokens } = task.config;
  // A peer has asked for the token already, and keeps it to itself.
  const hopped = isSigned(keys, "hop", headers[hopHeader], nowMs);
  if (!hopped && !isAuthorized(tokens, headers.authorization)) return unauthorized;
  const id = headers["mcp-session-id"];
  const pinned = pinOf(task, id, url);
  if (pinned === "forged") return sessionNotFound;
  const probing = isSigned(keys, "probe", headers[header.probeProof], nowMs);
  const synthetic = probing && headers[header.synthetic] !== undefined;
  const toHub = hubRoute(task.config, url, "nothing", { synthetic, hopped });
  if (pinned !== null) return decidePinned(task, method, id !== undefined, pinned, toHub);
  return decideUnpinned(task.config, method, headers, probing, toHub);
}

/** A session of this task goes to the hub, one of a peer task to its sidecar, once. */
function decidePinned(
  { config, home, sessions }: TaskFacts,
  method: string,
  byId: boolean,
  pinned: Pinned,
  toHub: ForwardRoute,
): Route {
  // A pinned GET of a stream's own URL would open a second session.
  if (!byId && method !== "POST" && method !== "OPTIONS") return wrongMethod;
  if (pinned.slot !== config.slot) return sessionNotFound;
  if (pinned.task !== home.task) return decidePeer(config, home, pinned.task, toHub);
  const session = byId ? pinned.own : sessionOf(pinned.own);
  // The hub may not have noticed yet that a stream has ended, and would answer to nobody.
  if ((byId || method === "POST") && sessions.hasEnded(session)) return sessionNotFound;
  return byId
    ? { ...toHub, by: "session id", session }
    : { ...toHub, by: "message url", session, url: pinned.own };
}

function decidePeer(config: SidecarConfig, home: Home, peer: string, { url, hopped }: ForwardRoute): Route {
  const address = hopped ? null : peerAddress(peer, config, home);
  if (address === null) return sessionNotFound;
  const { host, port } = address;
  return { kind: "peer", host, port, url, peer, by: "pin", body: null, otherwise: null };
}

function decideUnpinned(
  { settings }: SidecarConfig,
  method: string,
  headers: IncomingHttpHeaders,
  probing: boolean,
  toHub: ForwardRoute,
): Route {
  const path = pathOf(toHub.url);
  // Messages are for sessions, and every session here has a pin.
  if (settings.pin && path === settings.messagePath && path !== settings.mcpPath) return sessionNotFound;
  if (headers[header.probeSlot] !== undefined && !probing) return unsignedProbe;
  const stateless = settings.pin && method === "POST" && isStateless(headers["mcp-protocol-version"]);
  return stateless ? { kind: "hold", toHub } : toHub;
}

/**
 * Decides where a request of nothing open goes from a task that drains: to a peer that is known, once, else it comes again later.
 * One of the stateless era opens nothing, and is answered here then: of one 503 to `server/discover` official clients (Python mcp
 * 2.3.0, go-sdk 1.8.0) conclude that the server is of an older era, and open a session for as long as they are connected.
 */
export function decideElsewhere(
  { config, home }: TaskFacts,
  toHub: ForwardRoute,
  known: string | null,
): OnwardRoute | RefuseRoute {
  const { url, hopped, body } = toHub;
  const otherwise = body === null ? null : toHub;
  const peer = hopped ? null : known;
  const address = peer === null ? null : peerAddress(peer, config, home);
  if (peer === null || address === null) return otherwise ?? noNewSessions;
  const { host, port } = address;
  return { kind: "peer", host, port, url, peer, by: "drain", body, otherwise };
}

/**
 * Decides where a request of nothing open goes from a task whose release leaves its slot: to a peer of another release, once. Unlike
 * one that drains such a task turns nobody away, for the balancer sends all of the slot's new sessions to it and to those that take
 * its place.
 */
export function decideBeyond(
  { config, home }: Pick<TaskFacts, "config" | "home">,
  toHub: ForwardRoute,
  peer: string,
): OnwardRoute {
  const { url, hopped, body } = toHub;
  const address = hopped ? null : peerAddress(peer, config, home);
  if (address === null) return toHub;
  const { host, port } = address;
  return { kind: "peer", host, port, url, peer, by: "drain", body, otherwise: toHub };
}

function hubRoute(
  { hub }: SidecarConfig,
  url: string,
  by: ForwardRoute["by"],
  { synthetic, hopped }: Pick<ForwardRoute, "synthetic" | "hopped"> = { synthetic: false, hopped: false },
): ForwardRoute {
  const { host, port } = hub;
  return { kind: "forward", host, port, url, by, session: null, body: null, synthetic, hopped };
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

function pinOf(
  { config, pins }: TaskFacts,
  id: string | string[] | undefined,
  url: string,
): Pinned | "forged" | null {
  if (!config.settings.pin) return null;
  return id === undefined ? pins.url(url) : pins.session(String(id));
}

/**
 * Whether who asks may hear all that the hub says of its health: with a token, or with a probe's proof. Where the config names no
 * token and no public path the hub is open to all who reach it; with public paths it asks for tokens of its own, which nobody
 * here can judge.
 */
function hearsAll(
  { keys, settings, tokens }: SidecarConfig,
  headers: IncomingHttpHeaders,
  nowMs: number,
): boolean {
  if (tokens.length === 0 && settings.publicPaths.length === 0) return true;
  const { authorization } = headers;
  if (tokens.length > 0 && isAuthorized(tokens, authorization)) return true;
  return isSigned(keys, "probe", headers[header.probeProof], nowMs);
}

/** The probe's header leads to a slot that no user has met yet. */
function isUnsignedProbe({ keys }: SidecarConfig, headers: IncomingHttpHeaders, nowMs: number): boolean {
  return (
    headers[header.probeSlot] !== undefined && !isSigned(keys, "probe", headers[header.probeProof], nowMs)
  );
}

/** Whether a request brings a token that is accepted; where there are none, each does. */
export function isAuthorized(tokens: readonly string[], authorization = ""): boolean {
  if (tokens.length === 0) return true;
  const [scheme = "", token = ""] = authorization.split(" ");
  return scheme.toLowerCase() === "bearer" && isToken(tokens, token);
}
