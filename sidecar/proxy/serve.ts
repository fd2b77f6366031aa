import type { IncomingMessage, ServerResponse } from "node:http";
import type { Task } from "../task.ts";
import {
  type ForwardRoute,
  type HoldRoute,
  type Route,
  decideElsewhere,
  decideRoute,
  tooLarge,
  tooManyHeld,
} from "./decide-route.ts";
import { type ExpiredRoute, decideStateless } from "./decide-stateless.ts";
import { forward } from "./forward.ts";
import { holdBody } from "./held-body.ts";
import { prove, refuse, refuseState, tellHealth } from "./own-answers.ts";

/** A route that needs no further decision. */
type Decided = Exclude<Route, HoldRoute> | ExpiredRoute;

/**
 * Serves a request: decides where it goes, and sends it there or answers it here. Only what can't be told at once is a
 * promise: most requests go on in the turn in which they came.
 */
export function serve(task: Task, request: IncomingMessage, response: ServerResponse): Promise<void> | null {
  const { method = "", url = "/", headers } = request;
  const route = decideRoute(task, method, url, headers, task.now());
  // What came before the drain is served, however long its body takes.
  const { mayRefuse } = task.drain;
  if (route.kind === "hold") return serveHeld(task, request, response, route.toHub, mayRefuse);
  if (mayRefuse && isNew(route)) return serveNew(task, request, response, route);
  follow(task, request, response, route);
  return null;
}

/** It belongs to nothing open: while this task drains it goes elsewhere. */
const isNew = (route: Decided): route is ForwardRoute => route.kind === "forward" && route.by === "nothing";

/** Waits for what the drain flag says now. */
async function serveNew(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  toHub: ForwardRoute,
): Promise<void> {
  const { drain, peers } = task;
  const stays = !(await drain.refuses());
  const known = drain.wholeSlot ? null : peers.latest;
  follow(task, request, response, stays ? toHub : decideElsewhere(task, toHub, known));
}

/** Waits for the whole body. */
async function serveHeld(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  toHub: ForwardRoute,
  mayRefuse: boolean,
): Promise<void> {
  const held = await holdBody(request, task.config.settings.largestBody, task.holding);
  if (held === "gone") return void request.resume();
  if (held === "large") return follow(task, request, response, tooLarge);
  if (held === "full") return follow(task, request, response, tooManyHeld);
  response.once("close", held.release);
  const route = decideStateless(task, toHub, held.body);
  if (mayRefuse && isNew(route)) return serveNew(task, request, response, route);
  follow(task, request, response, route);
}

/** Does what was decided. */
function follow(task: Task, request: IncomingMessage, response: ServerResponse, route: Decided): void {
  switch (route.kind) {
    case "peer":
      if (route.by === "pin") task.peers.saw(route.peer);
      return forward(task, request, response, route);
    case "forward":
      return forward(task, request, response, route);
    case "refuse":
      refuse(task, response, route);
      break;
    case "expired":
      refuseState(task, response, route.id);
      break;
    case "proof":
      prove(task, response);
      break;
    case "health":
      tellHealth(task, response, route.tellsWhy);
  }
  request.resume();
}
