import { isoToTheSecond } from "../../domain/iso.ts";
import { type Plan, homeBeforeEndMs } from "../../domain/plan.ts";
import type { CredentialsEnd } from "../aws/credentials-end.ts";

/** What ends a rollout before its credentials do. */
export interface Deadline {
  /** The caller's own signal, or that there is only just time left to send everybody home. */
  readonly signal: AbortSignal;
  /** The rollout is over. */
  clear(): void;
}

/** Starts a timer; as `setTimeout` does it. Returns how to stop it. */
export type After = (ms: number, then: () => void) => () => void;

/** Longest time that a timer takes, in milliseconds (a signed 32-bit number: a longer one is over at once). */
const longestTimerMs = 2 ** 31 - 1;

/** A signal that also goes off when the credentials are about to end: who is stranded at 50 % without them cannot go home. */
export function homeInTime(
  cancel: AbortSignal,
  end: CredentialsEnd | null,
  plan: Pick<Plan, "proofTimeout">,
  { now, after }: { readonly now: number; readonly after: After },
): Deadline {
  const left = end === null ? Infinity : end.at - homeBeforeEndMs(plan) - now;
  if (end === null || left > longestTimerMs) return { signal: cancel, clear: () => undefined };
  const ending = new AbortController();
  const stop = after(Math.max(0, left), () => ending.abort(new Error(endWords(end))));
  return { signal: AbortSignal.any([cancel, ending.signal]), clear: stop };
}

const endWords = ({ at, isAssumed }: CredentialsEnd): string =>
  isAssumed
    ? `its credentials end at ${isoToTheSecond(at)}, an hour being assumed where nobody says when`
    : `its credentials end at ${isoToTheSecond(at)}`;

/** The timer of this machine. It keeps no process alive. */
export const realTimer: After = (ms, then) => {
  const timer = setTimeout(then, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
