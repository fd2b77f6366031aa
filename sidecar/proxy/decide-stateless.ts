import { peerAddress } from "../affinity/peers.ts";
import { type State, readState, shortRelease, stateInRequest } from "../affinity/request-state.ts";
import { idOf } from "../mcp/messages.ts";
import { StringReplacer } from "../mcp/string-replacer.ts";
import type { ForwardRoute, PeerRoute, TaskFacts } from "./decide-route.ts";

/** The route of a request whose `requestState` nobody can read any more: it is told so under its own id. */
export interface ExpiredRoute {
  readonly kind: "expired";
  readonly id: string | number | null;
}

/**
 * Decides where a request that has no session goes, by its whole body. One that brings back a `requestState` goes to the task
 * that minted it, or, when that one is gone, to this task if it runs the same release; every other request stays here.
 */
export function decideStateless(
  { config, home }: Pick<TaskFacts, "config" | "home">,
  toHub: ForwardRoute,
  held: Buffer,
): ForwardRoute | PeerRoute | ExpiredRoute {
  const { body, states } = unwrap(held, config.keys, config.settings.largestBody);
  const [state] = states;
  if (state === undefined) return { ...toHub, body };
  if (states.length > 1 || state === "forged") return { kind: "expired", id: idOf(held) };
  const here: ForwardRoute = { ...toHub, body, by: "state" };
  if (state.slot === home.slot && state.task === home.task) return here;
  const otherwise = state.release === shortRelease(config.release) ? here : null;
  const address = toHub.hopped ? null : peerAddress(state.task, config, home);
  if (address === null) return otherwise ?? { kind: "expired", id: idOf(held) };
  const { host, port } = address;
  const { url } = toHub;
  return { kind: "peer", host, port, url, peer: state.task, by: "state", body: held, otherwise };
}

/** The body as the hub knows it, and the states that were in it. */
function unwrap(
  wrapped: Buffer,
  keys: readonly string[],
  largest: number,
): { body: Buffer; states: (State | "forged")[] } {
  const states: (State | "forged")[] = [];
  const reader = new StringReplacer({
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
