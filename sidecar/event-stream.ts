import type { IncomingMessage, ServerResponse } from "node:http";
import { EndpointRewriter } from "./endpoint-event.ts";
import { EventData, messagesIn } from "./messages.ts";
import { pass } from "./pass.ts";
import { pinUrl, sessionOf } from "./pin.ts";
import type { Route } from "./route.ts";
import type { Stream } from "./streams.ts";
import type { Task } from "./task.ts";

/** Sends an event stream on: its endpoint pinned, its messages watched, its silence filled. */
export function passStream(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  answer: IncomingMessage,
  route: Route,
  known: string | null,
): void {
  const { config, now, metrics, observer, streams } = task;
  const { settings, keys } = config;
  let session = known;
  const isSession = request.method === "GET" && !route.sister;
  const stream: Stream = { session: session ?? "", response, between: true, lastSentAt: now() };
  const opens = isSession && session === null && settings.pin;
  const rewriter = opens
    ? new EndpointRewriter((url) => {
        session = sessionOf(url);
        stream.session = session;
        metrics.count("SessionsOpened");
        return pinUrl(url, task.home, keys[0] as string);
      })
    : null;
  const data =
    settings.observe && !route.sister
      ? new EventData(settings.largestObserved, (text) => {
          if (session !== null) observer.answered(session, messagesIn(text));
        })
      : null;
  if (isSession) streams.add(stream);
  const send = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    stream.between = endsEvent(bytes);
    stream.lastSentAt = now();
    pass(answer, response, bytes);
  };
  answer.on("data", (chunk: Buffer) => {
    send(rewriter ? rewriter.push(chunk) : chunk);
    data?.push(chunk);
  });
  answer.on("end", () => {
    if (rewriter) send(rewriter.flush());
    response.end();
  });
  answer.on("error", () => response.destroy());
  response.on("close", () => {
    streams.delete(stream);
    // Streamable HTTP keeps its session when a stream ends; an SSE session is its stream.
    if (opens && session !== null) observer.closed(session, !answer.complete);
    answer.destroy();
  });
}

function endsEvent(bytes: Buffer): boolean {
  const tail = bytes.subarray(-4).toString("latin1");
  return tail.endsWith("\n\n") || tail.endsWith("\r\n\r\n") || tail.endsWith("\r\r");
}
