import type { IncomingMessage, ServerResponse } from "node:http";
import { stateInAnswer, wrapState } from "../affinity/request-state.ts";
import type { StringReplacerOptions } from "../mcp/string-replacer.ts";
import type { Exchange } from "../observe/exchange.ts";
import type { Posted } from "../observe/observer.ts";
import type { Task } from "../task.ts";
import { Body } from "./body.ts";
import { type OnwardRoute, isOfMcp, sessionIdOf } from "./decide-route.ts";

/** Requests whose answer is their HTTP answer, by HTTP method; a POST's is in its messages. */
const wholeRequests: Readonly<Record<string, string>> = { GET: "stream/open", DELETE: "session/delete" };

/** A request under way, and what its answer needs to know of it. */
export class Call {
  readonly task: Task;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: OnwardRoute;
  /** The body as far as it is watched. */
  readonly asked: Body | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly #isWatched: boolean;
  /** The hub's own name of its session; null: it has none here. */
  readonly session: string | null;
  /** The same, when the request names it by an id. */
  readonly sessionId: string | null;
  /** Its answer comes over the session's stream, which stays open until all of it is here. */
  readonly #overStream: boolean;
  /** Its message is still on its way in, and its answer will come over the session's stream. */
  #arriving: boolean;
  #waits: boolean;
  #exchange: Exchange | null = null;
  /** Says to its session, when it has one of Streamable HTTP, that it is no longer under way. */
  readonly #leave: (() => void) | null;

  constructor(task: Task, request: IncomingMessage, response: ServerResponse, route: OnwardRoute) {
    const { observe, largestObserved } = task.config.settings;
    const isPost = request.method === "POST";
    const isForHub = route.kind === "forward";
    this.#isWatched = observe && isForHub && isOfMcp(route) && (isPost || isWhole(request.method));
    this.session = isForHub ? route.session : null;
    this.sessionId = sessionIdOf(route);
    this.#overStream = isForHub && route.by === "message url" && isPost;
    this.task = task;
    this.request = request;
    this.response = response;
    this.route = route;
    this.asked = this.#isWatched && isPost ? new Body(largestObserved) : null;
    this.since = task.now();
    this.#arriving = this.#overStream;
    if (this.#overStream && this.session !== null) task.streams.arriving(this.session);
    this.#leave = this.sessionId === null ? null : task.sessions.enter(this.sessionId);
    // A browser's question is nobody's call: whoever waits for an answer to it asks again elsewhere.
    this.#waits = !isForHub || route.by !== "preflight";
    if (this.#waits) task.inFlight++;
  }

  /** What is watched of it; null: nothing is, or nothing of it has arrived. */
  get exchange(): Exchange | null {
    return this.#exchange;
  }

  /**
   * The message is here, or as much of it as will ever count: the observer knows what is asked, and the stream stays for that.
   * Called more than once it does nothing.
   */
  arrived(): void {
    if (this.#isWatched) this.#exchange ??= this.#watch();
    this.noLongerArriving();
  }

  /** It is a probe's, and no user's. */
  get synthetic(): boolean {
    return this.route.kind === "forward" && this.route.synthetic;
  }

  /** How its requests belong to its session. */
  posted(): Posted {
    const { session: name, synthetic, task } = this;
    const overStream = this.#overStream;
    if (name === null) return { session: null, synthetic, overStream: false };
    // A session over a stream is open for as long as that is.
    const session = overStream ? task.observer.find(name) : task.observer.session(name);
    return { session, synthetic, overStream };
  }

  /** From now on what was asked keeps the stream open, or nothing does. Called more than once it does nothing. */
  noLongerArriving(): void {
    if (this.#arriving && this.session !== null) this.task.streams.arrived(this.session);
    this.#arriving = false;
  }

  /** The response is closed: nothing more goes to the client. */
  closed(): void {
    this.#exchange?.withdrawn();
    this.noLongerArriving();
    this.done();
    this.#leave?.();
  }

  /** Its answer is no longer waited for. Called more than once it does nothing. */
  done(): void {
    if (this.#waits) this.task.inFlight--;
    this.#waits = false;
  }

  #watch(): Exchange {
    const { asked, request, task } = this;
    if (asked !== null) return task.observer.asked(asked.messages(), this.posted());
    return task.observer.began(wholeRequests[request.method as string] as string, this.posted());
  }
}

const isWhole = (method: string | undefined): boolean =>
  method !== undefined && Object.hasOwn(wholeRequests, method);

/** Wraps the `requestState` of answers to requests without a session; null for all others. */
export function stateReplacement({ task, route }: Call): StringReplacerOptions | null {
  const { config, home } = task;
  if (route.kind === "peer" || route.body === null) return null;
  return {
    path: stateInAnswer,
    largest: config.settings.largestBody,
    replace: (own: string) => wrapState(own, home, config.release, config.keys[0] as string),
  };
}
