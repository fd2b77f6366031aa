import type { IncomingMessage } from "node:http";

/** Headers that concern one connection only (RFC 9110 §7.6.1); `expect` was answered by the balancer already. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** Headers that the balancer sets itself on the way to the target. */
const rewritten = new Set(["x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"]);

/** What the balancer adds to a request's headers: who sent it, to which port of the balancer, under which trace id. */
export interface Hop {
  clientAddress: string;
  port: number;
  traceId: string;
}

/** A request's headers for the target, as a flat list of names and values in their order and spelling. */
export function requestHeaders(request: IncomingMessage, hop: Hop): string[] {
  const forwarded = request.headers["x-forwarded-for"];
  const headers = endToEnd(request, rewritten);
  headers.push(
    "X-Forwarded-For",
    forwarded === undefined ? hop.clientAddress : `${String(forwarded)}, ${hop.clientAddress}`,
    "X-Forwarded-Proto",
    "http",
    "X-Forwarded-Port",
    String(hop.port),
    "X-Amzn-Trace-Id",
    hop.traceId,
  );
  if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  else if (request.headers["content-length"] === undefined && hasBodyByHabit(request.method))
    headers.push("Content-Length", "0");
  return headers;
}

/** Gives a request that came to an address the Host of one that came by name; the port stays. */
export function rename(request: IncomingMessage, name: string): void {
  const { headers, rawHeaders } = request;
  if (headers.host === undefined) return;
  const host = name + (/:\d+$/.exec(headers.host)?.[0] ?? "");
  headers.host = host;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === "host") rawHeaders[i + 1] = host;
}

/** A target's response headers for the client. */
export function responseHeaders(response: IncomingMessage): string[] {
  return endToEnd(response, none);
}

const none: ReadonlySet<string> = new Set();

function endToEnd(message: IncomingMessage, leaveOut: ReadonlySet<string>): string[] {
  const named = namedByConnection(message.headers.connection);
  const kept: string[] = [];
  const raw = message.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const key = name.toLowerCase();
    if (hopByHop.has(key) || leaveOut.has(key) || named?.has(key)) continue;
    kept.push(name, raw[i + 1] as string);
  }
  return kept;
}

/** Headers that `Connection` names are meant for this hop as well. */
function namedByConnection(connection: string | undefined): Set<string> | null {
  if (connection === undefined) return null;
  const value = connection.toLowerCase();
  if (value === "keep-alive" || value === "close") return null;
  return new Set(value.split(",").map((token) => token.trim()));
}

/** Without a length, Node would send such a request with an empty chunked body. */
function hasBodyByHabit(method: string | undefined): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH" || method === "DELETE";
}

/** Whether a request asks to become a WebSocket, alone or among other protocols. */
export function wantsWebSocket(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .includes("websocket");
}
