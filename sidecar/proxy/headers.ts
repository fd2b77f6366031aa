import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { header } from "../../domain/telemetry.ts";
import { hopHeader } from "../affinity/peers.ts";
import { signFresh } from "../affinity/signature.ts";
import { type AnswerHeaders, type HeaderList, headerOf, notInValue } from "../http/answer-head.ts";
import type { Task } from "../task.ts";
import type { Call } from "./call.ts";
import { type OnwardRoute, isAuthorized, sessionIdOf } from "./decide-route.ts";
import { perConnection, readsBodies, withoutToken } from "./header-rules.ts";

/** A length in bytes, "chunked", or null: there is no body. */
export type BodyLength = number | "chunked" | null;

/**
 * The head a request goes on with, blank line included. Throws when something in it can't be sent; nothing that came over
 * HTTP is such a thing, but what was signed here was made of JSON and of event streams.
 */
export function requestHead(
  task: Task,
  { headers: given, method }: IncomingMessage,
  route: OnwardRoute,
  length: BodyLength,
): string {
  const { config, now, ownHost } = task;
  const never = neverOf(task, route, given.authorization);
  const isPlain = route.by === "plain health";
  const needsNoToken = isPlain || route.by === "preflight";
  const named = namedBy(given.connection);
  const sessionId = sessionIdOf(route);
  let head = `${method} ${inPath(route.url)} HTTP/1.1\r\nconnection: keep-alive\r\n`;
  // What is read here must be readable; the way to a client is short, and a balancer's or a CDN's to shorten.
  if (isPlain || (route.kind === "forward" && readsBodies(config.settings)))
    head += "accept-encoding: identity\r\n";
  if (ownHost !== null && route.kind === "forward") head += underOwnHost(ownHost, given);
  else if (given.host === undefined) head += line("host", `${route.host}:${route.port}`);
  for (const name in given) {
    // How long its body is, is said of the one that is sent: one that is held whole may differ from the one that came.
    if (name === "content-length" || never.has(name) || named?.includes(name) === true) continue;
    if (needsNoToken && !withoutToken.has(name)) continue;
    const value = name === "mcp-session-id" && sessionId !== null ? sessionId : given[name];
    if (typeof value === "string") head += line(name, value);
    else for (const one of value ?? []) head += line(name, one);
  }
  if (route.kind === "peer") head += line(hopHeader, signFresh(config.keys[0] as string, "hop", now()));
  if (length === "chunked") head += line("transfer-encoding", "chunked");
  else if (length !== null) head += line("content-length", String(length));
  return `${head}\r\n`;
}

/**
 * Names that stay here. A hub with an authorization server of its own hears of its clients by the header of tokens, but never of
 * the token that opens the sidecar's door.
 */
function neverOf(
  { config, withheld }: Pick<Task, "config" | "withheld">,
  route: OnwardRoute,
  authorization: string | undefined,
): ReadonlySet<string> {
  if (route.kind === "peer") return withheld.fromPeer;
  const isHubs = route.by === "public path" && !isAuthorized(config.tokens, authorization);
  return isHubs ? withheld.onPublicPath : withheld.fromHub;
}

/** The hub's own address as Host, and beside it what the client said (as de facto standard has it, see RFC 7239, section 1). */
function underOwnHost(ownHost: string, given: IncomingHttpHeaders): string {
  const forwarded = given.host === undefined ? "" : line("x-forwarded-host", given.host);
  const proto = given["x-forwarded-proto"] === undefined ? line("x-forwarded-proto", "http") : "";
  return line("host", ownHost) + forwarded + proto;
}

function line(name: string, value: string): string {
  if (notInValue.test(value)) throw new Error(`the value of ${name} can't be sent`);
  return `${name}: ${value}\r\n`;
}

function inPath(url: string): string {
  if (/[^\x21-\x7e\x80-\xff]/.test(url)) throw new Error("its path can't be sent");
  return url;
}

/** Headers that a request calls its connection's own; null: the usual `keep-alive` or `close`. */
function namedBy(connection: string | undefined): readonly string[] | null {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return null;
  return connection
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
}

/** The changes to an answer's headers: what they no longer say as the hub did. */
export interface Changes {
  /** The session id as its client knows it; null: there is none, or it stays as it is. */
  readonly pinned: string | null;
  /** The body is no longer encoded. */
  readonly decoded: boolean;
}

/** An answer's headers on their way out; only a peer may say which slot, task and release answered. */
export function responseHeaders(
  { task, route }: Call,
  answer: AnswerHeaders,
  { pinned, decoded }: Changes,
): HeaderList {
  const list = task.marks.slice();
  if (route.kind === "peer")
    for (let at = 0; at < list.length; at += 2)
      list[at + 1] = headerOf(answer, list[at] as string) ?? (list[at + 1] as string);
  const refused = route.kind === "forward" ? undefined : headerOf(answer, header.refused);
  if (refused !== undefined) list.push(header.refused, refused);
  // A state that is wrapped is longer than it was.
  const changes = route.kind === "forward" && route.body !== null;
  for (let at = 0; at < answer.length; at += 2) {
    const name = answer[at] as string;
    if (perConnection.has(name) || name.startsWith("x-hub-")) continue;
    if ((changes || decoded) && name === "content-length") continue;
    if (decoded && name === "content-encoding") continue;
    list.push(name, name === "mcp-session-id" && pinned !== null ? pinned : (answer[at + 1] as string));
  }
  return list;
}
