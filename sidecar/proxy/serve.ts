import type { IncomingMessage, ServerResponse } from "node:http";
import type { Task } from "../task.ts";
import {
  type ForwardRoute,
  type HoldRoute,
  type Route,
  decideBeyond,
  decideElsewhere,
  decideRoute,
  tooLarge,
  tooManyHeld,
} from "./decide-route.ts";
import { type ExpiredRoute, decideStateless } from "./decide-stateless.ts";
import { forward } from "./forward.ts";
import { holdBody } from "./held-body.ts";
import { prove, refuse, refuseState, tellHealth } from "./own-answers.ts";
import { announcedLength } from "./upload.ts";

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
  if (isNew(route)) {
    if (mayRefuse) return serveNew(task, request, response, route);
    const peer = beyond(task);
    if (peer !== null) return serveBeyond(task, request, response, route, peer);
  }
  follow(task, request, response, route);
  return null;
}

/** Where a new session goes from a task whose release leaves; null: it stays. */
const beyond = ({ config, drain, peers }: Task): string | null =>
  drain.leaves ? peers.latestBut(config.release) : null;

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
  const known = drain.wholeSlot ? null : (beyond(task) ?? peers.latest);
  follow(task, request, response, stays ? toHub : decideElsewhere(task, toHub, known));
}

/** Its body is held, should it have one: what the peer does not take is served here. */
async function serveBeyond(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  toHub: ForwardRoute,
  peer: string,
): Promise<void> {
  const body = announcedLength(request) === 0 ? null : await held(task, request, response);
  if (body === undefined) return;
  follow(task, request, response, decideBeyond(task, { ...toHub, body }, peer));
}

async function serveHeld(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  toHub: ForwardRoute,
  mayRefuse: boolean,
): Promise<void> {
  const body = await held(task, request, response);
  if (body === undefined) return;
  const route = decideStateless(task, toHub, body);
  if (mayRefuse && isNew(route)) return serveNew(task, request, response, route);
  follow(task, request, response, route);
}

/** Waits for the whole body. Undefined: there is none to go on with, and the client has been told why or is gone. */
async function held(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Buffer | undefined> {
  const whole = await holdBody(request, task.config.settings.largestBody, task.holding);
  if (whole === "gone") request.resume();
  else if (whole === "large") follow(task, request, response, tooLarge);
  else if (whole === "full") follow(task, request, response, tooManyHeld);
  else {
    response.once("close", whole.release);
    return whole.body;
  }
  return undefined;
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
