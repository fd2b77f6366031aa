import { type AnswerHeaders, headerOf } from "./answer-head.ts";
import { refuse } from "./answers.ts";
import type { Call } from "./call.ts";
import { PassedStream } from "./event-stream.ts";
import { responseHeaders } from "./headers.ts";
import { PassedBody } from "./passed-body.ts";
import type { Passing } from "./passing.ts";
import { pinSession } from "./pin.ts";

/** Begins to send an answer back. Null: it is of no use, and the client has been told so. */
export function beginAnswer(call: Call, status: number, headers: AnswerHeaders): Passing | null {
  const { task, request, response, route, asked } = call;
  const { metrics, observer } = task;
  const id = headerOf(headers, "mcp-session-id");
  const pinned = pinnedId(call, id);
  if (pinned === "other") {
    refuse(task, response, 404, "Session not found");
    return null;
  }
  const opened = pinned === null || id === undefined ? null : id;
  if (opened !== null && route.sessionId === null) {
    metrics.count("SessionsOpened");
    task.sessions.opened(opened);
  }
  const over = status === 404 || (request.method === "DELETE" && status < 300);
  if (over && route.sessionId !== null) task.sessions.closed(route.sessionId);
  const session = route.session ?? opened ?? (asked && call.exchange());
  if (asked && session !== null && route.session === null)
    observer.asked(session, asked.messages(), route.synthetic, call.since);
  if (asked && session !== null && status >= 400) observer.refused(session, asked.messages(), status);
  response.writeHead(status, responseHeaders(call, headers, pinned));
  if (headerOf(headers, "content-type")?.startsWith("text/event-stream") === true) {
    response.flushHeaders();
    return new PassedStream(call, session);
  }
  return new PassedBody(call, session, status, Number(headerOf(headers, "content-length") ?? NaN));
}

/** The session id that an answer names, pinned. "other": a pinned request would have opened a session. */
function pinnedId({ task, request, route }: Call, id: string | undefined): string | null {
  const { config, home } = task;
  if (!config.settings.pin || route.sister !== null || id === undefined) return null;
  if (route.sessionId === null) return pinSession(id, home, config.keys[0] as string);
  // The client sent it signed; signing it again with each answer would cost more than all else here.
  return id === route.sessionId ? (request.headers["mcp-session-id"] as string) : "other";
}
