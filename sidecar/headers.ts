import type { IncomingMessage, ServerResponse } from "node:http";
import type { Route } from "./route.ts";
import { signFresh } from "./signature.ts";
import type { Task } from "./task.ts";
import { header } from "./telemetry.ts";

/** A request of a sister task: it goes no further than here. */
export const hopHeader = "x-hub-hop";

/** Headers about one connection only (RFC 9110, section 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // Answered here already.
  "expect",
];
const ownHeaders = [header.slot, header.task, header.release];

const never: ReadonlySet<string> = new Set([...hopByHop, ...ownHeaders, hopHeader]);

/** The headers a request goes on with: without what is about one connection, or only the sidecar may say. */
export function requestHeaders(
  { config, now }: Task,
  { headers: given }: IncomingMessage,
  route: Route,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name in given) {
    const value = given[name];
    if (value !== undefined && !never.has(name)) headers[name] = value;
  }
  if (given.connection !== undefined)
    for (const name of given.connection.toLowerCase().split(",")) delete headers[name.trim()];
  if (given["transfer-encoding"] !== undefined) delete headers["content-length"];
  if (route.body !== null) headers["content-length"] = String(route.body.length);
  // The token opens the sidecar's door and is nobody else's affair; without tokens the header is the hub's.
  if (config.tokens.length > 0) delete headers["authorization"];
  if (route.sister !== null) headers[hopHeader] = signFresh(config.keys[0] as string, "hop", now());
  else for (const name of [header.probeSlot, header.probeProof, header.synthetic]) delete headers[name];
  if (route.sessionId !== null) headers["mcp-session-id"] = route.sessionId;
  return headers;
}

/** Puts an answer's headers on the response; only a sister may say which slot, task and release answered. */
export function copyHeaders(answer: IncomingMessage, response: ServerResponse, sister: boolean): void {
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && !hopByHop.includes(name) && !name.startsWith("x-hub-"))
      response.setHeader(name, value);
  if (!sister) return;
  for (const name of ownHeaders)
    if (answer.headers[name] !== undefined) response.setHeader(name, answer.headers[name]);
}
