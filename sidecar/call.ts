import type { IncomingMessage, ServerResponse } from "node:http";
import type { Body } from "./body.ts";
import { stateInAnswer, wrapState } from "./request-state.ts";
import type { Route } from "./route.ts";
import type { StringAtOptions } from "./string-at.ts";
import type { Task } from "./task.ts";

/** A request under way, and what its answer needs to know of it. */
export interface Call {
  readonly task: Task;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  /** The body as far as it is watched. */
  readonly asked: Body | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Its answer is no longer waited for. Called more than once it does nothing. */
  readonly done: () => void;
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
