import type { IncomingMessage, ServerResponse } from "node:http";
import { prove, refuse, tellHealth } from "./answers.ts";
import { hopHeader } from "./headers.ts";
import { type Pinned, readSessionPin, readUrlPin, sessionOf } from "./pin.ts";
import { isToken, verifyFresh } from "./signature.ts";
import type { Task } from "./task.ts";
import { header, healthPath, proofPath } from "./telemetry.ts";

const methods: readonly string[] = ["GET", "POST", "DELETE", "OPTIONS"];

/** Where a request goes and what is known of it. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** Path and query there. */
  readonly url: string;
  readonly session: string | null;
  /** The hub's own session id, to be put in place of the pinned one. */
  readonly sessionId: string | null;
  readonly sister: boolean;
  readonly synthetic: boolean;
}

/** Decides where a request goes; null when it was answered here. */
export async function routeOf(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Route | null> {
  const { config, now } = task;
  const { settings, keys, hub } = config;
  const url = request.url ?? "/";
  const path = url.split("?")[0] as string;
  if (!methods.includes(request.method ?? "")) return refuse(response, 405, "Method not allowed");
  if (path === proofPath) return prove(task, response);
  if (path === healthPath) return tellHealth(task, response);
  const allowed = [settings.mcpPath, settings.messagePath, settings.healthPath];
  if (!allowed.includes(path)) return refuse(response, 404, "Not found");
  if (Number(request.headers["content-length"] ?? 0) > settings.largestBody)
    return refuse(response, 413, "Too large");
  const probing = verifyFresh(keys, "probe", String(request.headers[header.probeProof] ?? ""), now());
  const synthetic = probing && request.headers[header.synthetic] !== undefined;
  const toHub = {
    host: hub.host,
    port: hub.port,
    url,
    session: null,
    sessionId: null,
    sister: false,
    synthetic,
  };
  if (path === settings.healthPath)
    return request.method === "GET" ? toHub : refuse(response, 405, "Method not allowed");
  if (!isAuthorized(config.tokens, request)) {
    response.setHeader("www-authenticate", "Bearer");
    return refuse(response, 401, "A bearer token is needed");
  }
  const pinned = pinOf(task, request, url);
  if (pinned === "forged") return refuse(response, 404, "Session not found");
  if (pinned) return pinnedRoute(task, request, response, pinned, toHub);
  if (request.headers[header.probeSlot] !== undefined && !probing)
    return refuse(response, 403, "A probe must be signed");
  if (await task.drain.refuses()) {
    response.setHeader("retry-after", "1");
    return refuse(response, 503, "This task takes no new sessions");
  }
  return toHub;
}

function pinOf({ config }: Task, request: IncomingMessage, url: string): Pinned | "forged" | null {
  if (!config.settings.pin) return null;
  const id = request.headers["mcp-session-id"];
  return id === undefined ? readUrlPin(url, config.keys) : readSessionPin(String(id), config.keys);
}

/** A session of this task goes to the hub, one of a sister task to its sidecar, once. */
function pinnedRoute(
  { config, home, now }: Task,
  request: IncomingMessage,
  response: ServerResponse,
  pinned: Pinned,
  toHub: Route,
): Route | null {
  const bySession = request.headers["mcp-session-id"] !== undefined;
  if (pinned.slot !== config.slot) return refuse(response, 404, "Session not found");
  if (pinned.task === home.task) {
    const session = bySession ? pinned.own : sessionOf(pinned.own);
    return bySession ? { ...toHub, session, sessionId: pinned.own } : { ...toHub, url: pinned.own, session };
  }
  const hop = request.headers[hopHeader];
  if (hop !== undefined && verifyFresh(config.keys, "hop", String(hop), now()))
    return refuse(response, 404, "Session not found");
  const at = pinned.task.lastIndexOf(":");
  return {
    ...toHub,
    host: pinned.task.slice(0, at),
    port: Number(pinned.task.slice(at + 1)),
    sister: true,
  };
}

function isAuthorized(tokens: readonly string[], { headers }: IncomingMessage): boolean {
  if (tokens.length === 0) return true;
  const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
  return scheme.toLowerCase() === "bearer" && isToken(tokens, token);
}
