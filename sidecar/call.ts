import type { IncomingMessage, ServerResponse } from "node:http";
import { Body } from "./body.ts";
import type { Coming } from "./passing.ts";
import { stateInAnswer, wrapState } from "./request-state.ts";
import type { Route } from "./route.ts";
import type { StringAtOptions } from "./string-at.ts";
import type { Task } from "./task.ts";

let exchanges = 0;

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
  /** Its message is still on its way in, and its answer will come over the session's stream. */
  #arriving: boolean;
  #arrived = false;
  #waits = true;
  #exchange: string | null = null;
  /** Says to its session, when it has one of Streamable HTTP, that it is no longer under way. */
  readonly #leave: (() => void) | null;

  constructor(task: Task, request: IncomingMessage, response: ServerResponse, route: Route) {
    const { observe, largestObserved } = task.config.settings;
    const watched = observe && route.sister === null && request.method === "POST";
    this.task = task;
    this.request = request;
    this.response = response;
    this.route = route;
    this.asked = watched ? new Body(largestObserved) : null;
    this.since = task.now();
    this.#arriving = route.overStream;
    this.#leave = route.sessionId === null ? null : task.sessions.enter(route.sessionId);
    task.inFlight++;
  }

  /**
   * The message is here: the observer knows what is asked, and the stream stays for that. Called more than once it does
   * nothing.
   */
  arrived(): void {
    const { asked, route, task } = this;
    if (this.#arrived) return;
    this.#arrived = true;
    if (asked && route.session !== null)
      task.observer.asked(route.session, asked.messages(), route.synthetic);
    this.noLongerArriving();
  }

  /** From now on what was asked keeps the stream open, or nothing does. Called more than once it does nothing. */
  noLongerArriving(): void {
    const { session } = this.route;
    if (this.#arriving && session !== null) this.task.streams.arrived(session);
    this.#arriving = false;
  }

  /** A name for a request and its answer that belong to no session; forgotten when the call is closed. */
  exchange(): string {
    this.#exchange ??= `exchange-${++exchanges}`;
    return this.#exchange;
  }

  /**
   * The hub gave no answer, or broke it off.
   * @param status what the client was told; null: its connection was ended
   */
  lost(status: number | null): void {
    const { asked, route, task } = this;
    if (!asked) return;
    const session = route.session ?? this.exchange();
    if (route.session === null) task.observer.asked(session, asked.messages(), route.synthetic, this.since);
    task.observer.lost(session, asked.messages(), status);
  }

  /** The response is closed: nothing more goes to the client. */
  closed(coming: Coming): void {
    this.noLongerArriving();
    this.done();
    this.#leave?.();
    if (this.#exchange !== null) this.task.observer.closed(this.#exchange, coming !== "failed");
  }

  /** Its answer is no longer waited for. Called more than once it does nothing. */
  done(): void {
    if (this.#waits) this.task.inFlight--;
    this.#waits = false;
  }
}

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
