import type { IncomingMessage, ServerResponse } from "node:http";
import { idOf } from "../mcp/messages.ts";
import { StringAt } from "../mcp/string-replacer.ts";
import { holdBody } from "../proxy/held-body.ts";
import { refuse, refuseState } from "../proxy/own-answers.ts";
import type { Route } from "../proxy/route.ts";
import type { Task } from "../task.ts";
import { sisterAddress } from "./peers.ts";
import { type State, readState, shortRelease, stateInRequest } from "./request-state.ts";

/**
 * Routes a request that has no session. One that brings back a `requestState` goes to the task that minted it, or, when
 * that one is gone, to this task if it runs the same release; every other request stays here.
 */
export async function statelessRoute(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  toHub: Route,
  hopped: boolean,
): Promise<Route | null> {
  const { config, home } = task;
  const { settings, keys } = config;
  const held = await holdBody(request, settings.largestBody, task.holding);
  if (held === "gone") return null;
  if (held === "large") return refuse(task, response, 413, "Too large");
  if (held === "full")
    return refuse(task, response, 503, "This task holds too many large requests", ["retry-after", "1"]);
  response.once("close", held.release);
  const { body, states } = unwrap(held.body, keys, settings.largestBody);
  const [state] = states;
  if (state === undefined) return { ...toHub, body };
  const id = idOf(held.body);
  if (states.length > 1 || state === "forged") return refuseState(task, response, id);
  const here: Route = { ...toHub, body, returning: true };
  if (state.slot === home.slot && state.task === home.task) return here;
  const otherwise = state.release === shortRelease(config.release) ? here : null;
  const address = hopped ? null : sisterAddress(state.task, config, home);
  if (address === null) return otherwise ?? refuseState(task, response, id);
  return { ...toHub, ...address, body: held.body, returning: true, sister: state.task, otherwise };
}

/** The body as the hub knows it, and the states that were in it. */
function unwrap(
  wrapped: Buffer,
  keys: readonly string[],
  largest: number,
): { body: Buffer; states: (State | "forged")[] } {
  const states: (State | "forged")[] = [];
  const reader = new StringAt({
    path: stateInRequest,
    largest,
    replace: (text) => {
      const state = readState(text, keys);
      if (state === null) return null;
      states.push(state);
      return state === "forged" ? null : state.own;
    },
  });
  const body = Buffer.concat([reader.push(wrapped), reader.flush()]);
  return { body, states };
}
