import { pinSession } from "../affinity/pin.ts";
import { type AnswerHeaders, headerOf } from "../http/answer-head.ts";
import { DecodedAnswer, decoderOf, encodingOf } from "../http/encoding.ts";
import type { PassOn } from "../http/pass-on.ts";
import { PassedBody } from "../http/passed-body.ts";
import { PassedStream } from "../mcp/event-stream.ts";
import type { Call } from "./call.ts";
import { isOfMcp } from "./decide-route.ts";
import { responseHeaders } from "./headers.ts";
import { replyLost } from "./own-answers.ts";
import { PlainHealth } from "./plain-health.ts";

/** Begins to send an answer back. Null: it is of no use, and the client has been told so. */
export function beginAnswer(call: Call, status: number, headers: AnswerHeaders): PassOn | null {
  const { task, request, response, sessionId } = call;
  // What came of a message before it was answered is all that counts of it.
  call.arrived();
  if (!isOfMcp(call.route)) return passOutsideMcp(call, status, headers);
  const id = headerOf(headers, "mcp-session-id");
  const pinned = pinnedId(call, id);
  if (pinned === "other") {
    replyLost(task, response);
    call.exchange?.turnedDown(404, []);
    return null;
  }
  if (pinned !== null && id !== undefined && sessionId === null) openSession(call, id);
  const over = status === 404 || (request.method === "DELETE" && status < 300);
  if (over && sessionId !== null) task.sessions.closed(sessionId);
  return passOn(call, { status, headers, pinned });
}

/** An answer in which nobody looks for MCP: as it is, or what it comes to. */
function passOutsideMcp(call: Call, status: number, headers: AnswerHeaders): PassOn {
  const { response, route } = call;
  if (route.by === "plain health") return new PlainHealth(call, status, headers);
  response.writeHead(status, responseHeaders(call, headers, { pinned: null, decoded: false }));
  const type = headerOf(headers, "content-type");
  // Its first event may be long in coming.
  if (isEventStream(type)) response.flushHeaders();
  return new PassedBody(call, { status, type, length: lengthIn(headers), readable: true });
}

/** Counts and watches the session that an answer opens. */
function openSession({ task, exchange }: Call, id: string): void {
  task.metrics.count("SessionsOpened");
  task.sessions.opened(id);
  exchange?.opensSession(task.observer.opened(id, task.now()));
}

/** An answer's head. */
interface Head {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly pinned: string | null;
}

function passOn(call: Call, { status, headers, pinned }: Head): PassOn {
  const { task, request, response, route } = call;
  const type = headerOf(headers, "content-type");
  const isStream = isEventStream(type);
  const encoding = route.kind === "forward" ? encodingOf(headers) : null;
  if (encoding !== null) task.encoded.saw(type, encoding);
  // A session whose endpoint can't be pinned is none: of an encoded stream that opens one its client gets the plain bytes.
  const opensSession =
    isStream && request.method === "GET" && call.session === null && task.config.settings.pin;
  const decoder = encoding !== null && opensSession ? decoderOf(encoding) : null;
  response.writeHead(status, responseHeaders(call, headers, { pinned, decoded: decoder !== null }));
  const readable = encoding === null || decoder !== null;
  if (!isStream) {
    // Its client knows by the head alone, and need not wait for the end.
    if (request.method === "GET" && status < 300) call.exchange?.noStream(status);
    return new PassedBody(call, {
      status,
      type,
      length: lengthIn(headers),
      readable,
    });
  }
  response.flushHeaders();
  const stream = new PassedStream(call, { status, readable });
  return decoder === null ? stream : new DecodedAnswer(decoder, stream, response);
}

const isEventStream = (type: string | undefined): boolean =>
  type !== undefined && /^text\/event-stream/i.test(type);

const lengthIn = (headers: AnswerHeaders): number => Number(headerOf(headers, "content-length") ?? NaN);

/** The session id that an answer names, pinned. "other": a pinned request would have opened a session. */
function pinnedId({ task, request, route, sessionId }: Call, id: string | undefined): string | null {
  const { config, home } = task;
  if (!config.settings.pin || route.kind === "peer" || id === undefined) return null;
  if (sessionId === null) return pinSession(id, home, config.keys[0] as string);
  // The client sent it signed; signing it again with each answer would cost more than all else here.
  return id === sessionId ? (request.headers["mcp-session-id"] as string) : "other";
}
