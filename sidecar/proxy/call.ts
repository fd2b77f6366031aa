import type { IncomingMessage, ServerResponse } from "node:http";
import { stateInAnswer, wrapState } from "../affinity/request-state.ts";
import type { StringAtOptions } from "../mcp/string-replacer.ts";
import type { Exchange } from "../observe/exchange.ts";
import type { Posted } from "../observe/observer.ts";
import type { Task } from "../task.ts";
import { Body } from "./body.ts";
import type { Route } from "./route.ts";

/** Requests whose answer is their HTTP answer, by HTTP method; a POST's is in its messages. */
const wholeRequests: Readonly<Record<string, string>> = { GET: "stream/open", DELETE: "session/delete" };

/** A request under way, and what its answer needs to know of it. */
export class Call {
  readonly task: Task;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  /** The body as far as it is watched. */
  readonly asked: Body | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly #isWatched: boolean;
  /** Its message is still on its way in, and its answer will come over the session's stream. */
  #arriving: boolean;
  #waits = true;
  #exchange: Exchange | null = null;
  /** Says to its session, when it has one of Streamable HTTP, that it is no longer under way. */
  readonly #leave: (() => void) | null;

  constructor(task: Task, request: IncomingMessage, response: ServerResponse, route: Route) {
    const { observe, largestObserved } = task.config.settings;
    const isPost = request.method === "POST";
    this.#isWatched = observe && route.sister === null && !route.aside && (isPost || isWhole(request.method));
    this.task = task;
    this.request = request;
    this.response = response;
    this.route = route;
    this.asked = this.#isWatched && isPost ? new Body(largestObserved) : null;
    this.since = task.now();
    this.#arriving = route.overStream;
    this.#leave = route.sessionId === null ? null : task.sessions.enter(route.sessionId);
    task.inFlight++;
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

  /** How its requests belong to its session. */
  posted(): Posted {
    const { route, task } = this;
    const { session: name, overStream, synthetic } = route;
    if (name === null) return { session: null, synthetic, overStream: false };
    // A session over a stream is open for as long as that is.
    const session = overStream ? task.observer.find(name) : task.observer.session(name);
    return { session, synthetic, overStream };
  }

  /** From now on what was asked keeps the stream open, or nothing does. Called more than once it does nothing. */
  noLongerArriving(): void {
    const { session } = this.route;
    if (this.#arriving && session !== null) this.task.streams.arrived(session);
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
export function stateReplacement({ task, route }: Call): StringAtOptions | null {
  const { config, home } = task;
  if (!route.stateless || route.sister !== null) return null;
  return {
    path: stateInAnswer,
    largest: config.settings.largestBody,
    replace: (own: string) => wrapState(own, home, config.release, config.keys[0] as string),
  };
}
