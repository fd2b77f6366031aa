import type { IncomingMessage } from "node:http";
import { type Call, stateReplacement } from "./call.ts";
import { EndpointRewriter } from "./endpoint-event.ts";
import { EventStrings } from "./event-strings.ts";
import { EventData, messagesIn } from "./messages.ts";
import { pass } from "./pass.ts";
import { pinUrl, sessionOf } from "./pin.ts";
import type { Stream } from "./streams.ts";

/** What is done to a stream's bytes on their way. */
interface Rewriter {
  push(chunk: Buffer): Buffer;
  flush(): Buffer;
}

/** Sends an event stream on: its endpoint pinned, its messages watched, its silence filled. */
export function passStream(call: Call, answer: IncomingMessage, known: string | null): void {
  const { task, request, response, route, done } = call;
  const { settings } = task.config;
  const { now, observer, streams } = task;
  const ours = route.sister === null;
  // The answer to one call ends by itself; what a GET or a subscription opened ends when somebody ends it.
  const lasts = request.method === "GET" || request.headers["mcp-method"] === "subscriptions/listen";
  const stream: Stream = {
    kind: !lasts || !ours ? "call" : route.sessionId === null ? "session" : "listening",
    session: known ?? "",
    response,
    between: true,
    lastSentAt: now(),
  };
  if (lasts) done();
  const opens = ours && request.method === "GET" && known === null && settings.pin;
  const rewriter = opens ? endpointPinner(call, stream) : stateReplacer(call);
  const data =
    settings.observe && ours
      ? new EventData(settings.largestObserved, (text) => {
          if (stream.session !== "") observer.answered(stream.session, messagesIn(text));
        })
      : null;
  streams.add(stream);
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
    done();
  });
  answer.on("error", () => response.destroy());
  response.on("close", () => {
    streams.delete(stream);
    // Streamable HTTP keeps its session when a stream ends; an SSE session is its stream.
    if (opens && stream.session !== "") observer.closed(stream.session, !answer.complete);
    answer.destroy();
  });
}

/** Pins the URL in the `endpoint` event, from which the stream's session is known. */
function endpointPinner({ task }: Call, stream: Stream): Rewriter {
  return new EndpointRewriter((url) => {
    stream.session = sessionOf(url);
    task.metrics.count("SessionsOpened");
    return pinUrl(url, task.home, task.config.keys[0] as string);
  });
}

function stateReplacer(call: Call): Rewriter | null {
  const states = stateReplacement(call);
  return states && new EventStrings(states);
}

function endsEvent(bytes: Buffer): boolean {
  const tail = bytes.subarray(-4).toString("latin1");
  return tail.endsWith("\n\n") || tail.endsWith("\r\n\r\n") || tail.endsWith("\r\r");
}
