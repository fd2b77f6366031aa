import type { ServerResponse } from "node:http";
import { type Call, stateReplacement } from "./call.ts";
import { EndpointRewriter } from "./endpoint-event.ts";
import { EventStrings } from "./event-strings.ts";
import { EventData, type Message, messagesIn } from "./messages.ts";
import type { Coming, Passing } from "./passing.ts";
import { pinUrl, sessionOf } from "./pin.ts";
import type { Stream } from "./streams.ts";

/** What is done to a stream's bytes on their way. */
interface Rewriter {
  push(chunk: Buffer): Buffer;
  flush(): Buffer;
  /** Nothing more will be rewritten: bytes may pass without it. */
  readonly done: boolean;
}

/** An event stream on its way to the client: its endpoint pinned, its messages watched, its silence filled. */
export class PassedStream implements Passing, Stream {
  readonly kind: Stream["kind"];
  readonly response: ServerResponse;
  session: string;
  between = true;
  lastSentAt: number;
  readonly #call: Call;
  /** It is an SSE session, which ends with it; streamable HTTP keeps its session when a stream ends. */
  readonly #isSession: boolean;
  readonly #data: EventData | null;
  #rewriter: Rewriter | null;

  /** @param known the session that it belongs to; null: none, or its `endpoint` event will tell */
  constructor(call: Call, known: string | null) {
    const { task, request, response, route } = call;
    const { settings } = task.config;
    const ours = route.sister === null;
    // The answer to one call ends by itself; what a GET or a subscription opened ends when somebody ends it.
    const lasts = request.method === "GET" || request.headers["mcp-method"] === "subscriptions/listen";
    this.#call = call;
    this.kind = !lasts || !ours ? "call" : route.sessionId === null ? "session" : "listening";
    this.response = response;
    this.session = known ?? "";
    this.lastSentAt = task.now();
    this.#isSession = ours && request.method === "GET" && known === null && settings.pin;
    this.#rewriter = this.#isSession ? this.#endpointPinner() : stateReplacer(call);
    this.#data =
      settings.observe && ours
        ? new EventData(
            settings.largestObserved,
            (text) => this.#observe(messagesIn(text)),
            (ends) => this.#observe([ends.answer() ?? {}]),
          )
        : null;
    if (lasts) call.done();
    task.streams.add(this);
  }

  push(chunk: Buffer): boolean {
    const caughtUp = this.#send(this.#rewriter === null ? chunk : this.#rewriter.push(chunk));
    if (this.#rewriter?.done === true) this.#rewriter = null;
    this.#data?.push(chunk);
    return caughtUp;
  }

  end(): void {
    if (this.#rewriter !== null) this.#send(this.#rewriter.flush());
    this.response.end();
  }

  closed(coming: Coming): void {
    const { metrics, observer, streams } = this.#call.task;
    streams.delete(this);
    if (!this.#isSession || this.session === "") return;
    // A hub may end a session that nobody waits for; any other end of it costs the client something.
    if (coming === "failed" || (coming === "all" && observer.busy(this.session)))
      metrics.count("SessionsLost");
    observer.closed(this.session, coming === "more");
  }

  #send(bytes: Buffer): boolean {
    // Ended here, to drain: what still comes is for nobody.
    if (bytes.length === 0 || this.response.writableEnded) return true;
    this.between = endsEvent(bytes);
    this.lastSentAt = this.#call.task.now();
    return this.response.write(bytes);
  }

  #observe(messages: readonly Message[]): void {
    if (this.session !== "") this.#call.task.observer.answered(this.session, messages);
  }

  /** Pins the URL in the `endpoint` event, from which the stream's session is known. */
  #endpointPinner(): Rewriter {
    const { config, home, metrics } = this.#call.task;
    return new EndpointRewriter((url) => {
      this.session = sessionOf(url);
      metrics.count("SessionsOpened");
      return pinUrl(url, home, config.keys[0] as string);
    });
  }
}

function stateReplacer(call: Call): Rewriter | null {
  const states = stateReplacement(call);
  return states && new EventStrings(states);
}

const lf = 10;
const cr = 13;

/** Whether the bytes end in a blank line. */
function endsEvent(bytes: Buffer): boolean {
  const [last, before] = [bytes.at(-1), bytes.at(-2)];
  if (last === cr) return before === cr;
  return last === lf && (before === lf || (before === cr && bytes.at(-3) === lf && bytes.at(-4) === cr));
}
