import type { Call } from "./call.ts";
import type { SidecarConfig } from "./config.ts";
import { signFresh } from "./signature.ts";
import type { Home } from "./pin.ts";
import type { Route } from "./route.ts";
import type { Task } from "./task.ts";
import { header } from "./telemetry.ts";
import type { IncomingMessage } from "node:http";

/** Names, in lower case, and values in turn, as both the client and the server take them without another copy. */
export type HeaderList = (string | string[])[];

/** An answer's headers, by name in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

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
const perConnection: ReadonlySet<string> = new Set(hopByHop);
const ownHeaders = [header.slot, header.task, header.release];
const probeHeaders = [header.probeSlot, header.probeProof, header.synthetic];

/** Names that do not go on as they came: to the hub, and to a sister task. */
export interface Withheld {
  readonly fromHub: ReadonlySet<string>;
  readonly fromSister: ReadonlySet<string>;
}

/** What is about one connection, or only the sidecar may say; the session's id goes on as the other side knows it. */
export function withheldHeaders({ tokens }: SidecarConfig): Withheld {
  // The token opens the sidecar's door and is nobody else's affair; without tokens the header is the hub's.
  const always = [...hopByHop, ...ownHeaders, hopHeader, ...(tokens.length > 0 ? ["authorization"] : [])];
  return { fromHub: new Set([...always, ...probeHeaders]), fromSister: new Set(always) };
}

/** The headers a request goes on with. */
export function requestHeaders(
  { config, now, withheld }: Task,
  { headers: given }: IncomingMessage,
  route: Route,
): string[] {
  const never = route.sister === null ? withheld.fromHub : withheld.fromSister;
  const named = namedBy(given.connection);
  const list: string[] = [];
  for (const name in given) {
    if (never.has(name) || named?.includes(name) === true) continue;
    // A body that is held whole may differ from the one that came; its length is known when it is sent.
    if (name === "content-length" && route.body !== null) continue;
    const value = name === "mcp-session-id" && route.sessionId !== null ? route.sessionId : given[name];
    if (typeof value === "string") list.push(name, value);
    else for (const one of value ?? []) list.push(name, one);
  }
  if (route.sister !== null) list.push(hopHeader, signFresh(config.keys[0] as string, "hop", now()));
  return list;
}

/** Headers that a request calls its connection's own; null: the usual `keep-alive` or `close`. */
function namedBy(connection: string | undefined): readonly string[] | null {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return null;
  return connection
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
}

/** What every answer of this task says of it. */
export const marksOf = ({ slot, release }: SidecarConfig, { task }: Home): HeaderList => [
  header.slot,
  slot,
  header.task,
  task,
  header.release,
  release,
];

/** An answer's headers on their way out; only a sister may say which slot, task and release answered. */
export function responseHeaders(
  { task, route }: Call,
  answer: AnswerHeaders,
  pinned: string | null,
): HeaderList {
  const list = task.marks.slice();
  if (route.sister !== null)
    for (let at = 0; at < list.length; at += 2) list[at + 1] = answer[list[at] as string] ?? list[at + 1]!;
  // A state that is wrapped is longer than it was.
  const changes = route.stateless && route.sister === null;
  for (const name in answer) {
    if (perConnection.has(name) || name.startsWith("x-hub-")) continue;
    if (changes && name === "content-length") continue;
    const value = name === "mcp-session-id" && pinned !== null ? pinned : answer[name];
    if (value !== undefined) list.push(name, value);
  }
  return list;
}
