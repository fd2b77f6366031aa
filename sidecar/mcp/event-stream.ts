import type { ServerResponse } from "node:http";
import type { Ending } from "../../domain/outcome.ts";
import { EndpointRewriter } from "../affinity/endpoint-event.ts";
import { messageUrl, sessionOf } from "../affinity/message-url.ts";
import { pinUrl } from "../affinity/pin.ts";
import type { Stream } from "../drain/streams.ts";
import type { BodyState, PassOn } from "../http/pass-on.ts";
import type { Exchange } from "../observe/exchange.ts";
import type { Id } from "../observe/waiting.ts";
import { type Call, stateReplacement } from "../proxy/call.ts";
import { EventData } from "./event-data.ts";
import { EventStrings } from "./event-strings.ts";
import { type Message, messagesIn } from "./messages.ts";

/** What is done to a stream's bytes on their way. */
interface Rewriter {
  push(chunk: Buffer): Buffer;
  flush(): Buffer;
  /** Nothing more will be rewritten: bytes may pass without it. */
  readonly done: boolean;
}

/** The head of a stream: what is known of it when it begins. */
export interface StreamHead {
  readonly status: number;
  /** It is not encoded. */
  readonly readable: boolean;
}

/** An event stream on its way to the client: its endpoint pinned, its messages watched, its silence filled. */
export class PassedStream implements PassOn, Stream {
  readonly kind: Stream["kind"];
  readonly response: ServerResponse;
  session: string;
  between: boolean;
  readonly openedAt: number;
  lastSentAt: number;
  readonly #call: Call;
  readonly #head: StreamHead;
  /** It is an SSE session, which ends with it; streamable HTTP keeps its session when a stream ends. */
  readonly #isSession: boolean;
  /** It ends when somebody ends it; a call's ends by itself. */
  readonly #lasts: boolean;
  readonly #data: EventData | null;
  #rewriter: Rewriter | null;
  /** Something came over it. */
  #carried = false;
  /** What it carried has ended with it. */
  #isOver = false;

  constructor(call: Call, head: StreamHead) {
    const { task, request, response, route } = call;
    const { settings } = task.config;
    const ours = route.kind === "forward";
    // The answer to one call ends by itself; what a GET or a subscription opened ends when somebody ends it.
    this.#lasts = request.method === "GET" || request.headers["mcp-method"] === "subscriptions/listen";
    this.#call = call;
    this.#head = head;
    this.kind = !this.#lasts || !ours ? "call" : call.sessionId === null ? "session" : "listening";
    this.response = response;
    this.session = call.session ?? "";
    // Nobody knows where an event of an encoded stream ends: nothing may be put between two.
    this.between = head.readable;
    this.openedAt = task.now();
    this.lastSentAt = this.openedAt;
    this.#isSession =
      ours && request.method === "GET" && call.session === null && settings.pin && head.readable;
    this.#rewriter = this.#isSession ? this.#endpointPinner() : head.readable ? stateReplacer(call) : null;
    this.#data = head.readable && call.exchange !== null ? this.#watched(settings.largestObserved) : null;
    if (this.#lasts) call.done();
    task.streams.add(this);
    if (head.status < 300) call.exchange?.streamBegan(head.status);
  }

  push(chunk: Buffer): boolean {
    this.#carried = true;
    const caughtUp = this.#send(this.#rewriter === null ? chunk : this.#rewriter.push(chunk));
    if (this.#rewriter?.done === true) this.#rewriter = null;
    this.#data?.push(chunk);
    return caughtUp;
  }

  end(): void {
    if (this.#rewriter !== null) this.#send(this.#rewriter.flush());
    this.response.end();
  }

  lastWords(): string {
    const { exchange, request, task } = this.#call;
    if (exchange === null) return "";
    if (this.#lasts && request.method !== "GET") return exchange.ids.map(subscriptionEnds).join("");
    const session = this.#isSession ? task.observer.find(this.session) : null;
    const waiting = this.#isSession ? [...(session?.waiting ?? [])] : this.#lasts ? [] : exchange.waiting;
    return waiting.flatMap(({ id }) => (id === null ? [] : [callEnds(id)])).join("");
  }

  closing(): void {
    this.#over("drained");
  }

  closed(coming: BodyState): void {
    this.#call.task.streams.delete(this);
    if (coming === "more") return this.#over("withdrawn");
    this.#over(coming === "all" && (this.between || !this.#head.readable) ? "ended" : "cut off");
  }

  /** Nothing more comes, for this reason: what waits for it ends. Called more than once it does nothing. */
  #over(why: Why): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { exchange, request, since, synthetic, task } = this.#call;
    if (exchange === null) return this.#count(why);
    if (request.method !== "GET") this.#endCall(exchange, why);
    else if (this.#head.status >= 300) exchange.turnedDown(this.#head.status, []);
    if (this.#lasts && this.#head.status < 300) {
      const session = this.session === "" ? null : task.observer.find(this.session);
      const posted = { session, synthetic, overStream: false };
      task.observer.streamEnded(since, posted, this.#endOf(why));
    }
    this.#count(why);
    if (this.#isSession && this.session !== "") task.observer.closed(this.session, endings[why]);
  }

  /** A session that is lost to a client that did not leave it. A hub may end one that nobody waits for. */
  #count(why: Why): void {
    if (this.#isSession && this.session !== "" && this.#isCut(why))
      this.#call.task.metrics.count("SessionsLost");
  }

  #endOf(why: Why): Ending {
    if (this.#isCut(why)) return cutOff;
    return why === "ended" && !this.#carried ? { kind: "empty-stream" } : { kind: "taken" };
  }

  #isCut(why: Why): boolean {
    if (why === "ended") return this.#isSession && this.#call.task.observer.busy(this.session);
    return why === "cut off";
  }

  /** A stream that answers a POST. */
  #endCall(exchange: Exchange, why: Why): void {
    const { status, readable } = this.#head;
    if (status >= 300 && why !== "cut off") return exchange.turnedDown(status, []);
    if (why === "drained") return exchange.drained();
    if (why === "withdrawn") return exchange.withdrawn();
    if (why === "ended" && !readable) exchange.blur();
    if (this.#data?.namesEvents === true) {
      // Its client comes back for the rest; without a session nobody here sees that.
      if (this.#call.session !== null) return exchange.leftToOtherStream();
      exchange.blur();
    }
    exchange.lost(why === "ended" ? "stream without an answer" : "cut off", why === "ended" ? status : null);
  }

  #send(bytes: Buffer): boolean {
    // Ended here, to drain: what still comes is for nobody.
    if (bytes.length === 0 || this.response.writableEnded) return true;
    if (this.#head.readable) this.between = endsEvent(bytes);
    this.lastSentAt = this.#call.task.now();
    return this.response.write(bytes);
  }

  #watched(largest: number): EventData {
    return new EventData(
      largest,
      (text) => this.#observe(messagesIn(text)),
      (ends) => this.#observeLarge(ends.answer()),
    );
  }

  #observe(messages: readonly Message[]): void {
    const { exchange, request, task } = this.#call;
    if (this.#isOver) return;
    if (request.method !== "GET") return exchange?.answered(messages, this.#head.status);
    const session = this.session === "" ? null : task.observer.find(this.session);
    task.observer.answered({ exchange: null, session }, messages, this.#head.status);
  }

  #observeLarge(answer: Message | null): void {
    if (answer !== null) return this.#observe([answer]);
    const { exchange, request, task } = this.#call;
    if (request.method !== "GET") return exchange?.blur();
    const session = this.session === "" ? null : task.observer.find(this.session);
    for (const waiting of session?.waiting ?? []) waiting.isBlurred = true;
  }

  /** Pins the URL in the `endpoint` event, from which the stream's session is known. */
  #endpointPinner(): Rewriter {
    const { exchange, request, route, since, task } = this.#call;
    const { config, home, metrics, observer } = task;
    const addresses = { hub: config.hub, clientHost: request.headers.host };
    return new EndpointRewriter((given) => {
      const named = messageUrl(given, route.url, addresses);
      if (named === null) return given;
      this.session = sessionOf(named.own);
      metrics.count("SessionsOpened");
      if (exchange !== null) observer.opened(this.session, since);
      return named.origin + pinUrl(named.own, home, config.keys[0] as string, config.settings.messagePath);
    });
  }
}

const messageEvent = (message: object): string =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`;

/** Clients that hear nothing when a stream ends wait for their own time limit, or for ever; the code is that of a lost connection. */
const callEnds = (id: Id): string =>
  messageEvent({
    id,
    error: { code: -32_000, message: "The server ends this connection before its answer" },
  });

/** How a server ends a subscription on its own (revision 2026-07-28, `SubscriptionsListenResult`). */
const subscriptionEnds = (id: Id): string => {
  const meta = { "io.modelcontextprotocol/subscriptionId": id };
  return messageEvent({ id, result: { resultType: "complete", _meta: meta } });
};

/** Why nothing more comes: all of it came, the rest never will, the client left, or it was closed here. */
type Why = "ended" | "cut off" | "withdrawn" | "drained";

const cutOff: Ending = { kind: "no-answer", what: "stream cut off" };
/** What becomes of calls whose answers were to come over a session's stream. */
const endings: Readonly<Record<Why, Ending>> = {
  ended: { kind: "no-answer", what: "stream ended" },
  "cut off": { kind: "no-answer", what: "cut off" },
  withdrawn: { kind: "withdrawn" },
  drained: { kind: "drained" },
};

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
