/**
 * A rollout under way, as a table: every state, every event, and where each pair leads. The driver performs what a state
 * stands for, gets an event back and asks `next`. docs/rollout.md shows this table; a test compares the two.
 */
import { type FinalState, type WorkingState, finalStates } from "../../domain/rollout-state.ts";

/** A state of a rollout. */
export type State = WorkingState | FinalState;

/** An event: how what a state stands for ended. */
export type Event =
  | "ready" // the candidate has the tasks its weight needs
  | "short" // it does not, and will not in time
  | "pass"
  | "fail"
  | "inconclusive" // a gate's verdict
  | "written" // the rule was changed and read back
  | "api-refused" // the balancer did not take the change however often it was told, and the rule is as it was
  | "proved"
  | "unproved" // real responses fit the weights, or did not until the limit
  | "go-on" // a person approved, or nobody answered in time and the plan says: advance
  | "turned-down" // a person said no
  | "timed-out" // nobody answered in time
  | "unanswered" // nobody has answered yet, and whoever runs the up waits no longer
  | "cancelled" // Ctrl-C
  | "fenced" // somebody outside the lease took the traffic over
  | "broken" // a call failed for good: no network, no permission, a service that is down
  | "drifted"; // the rule shows weights that nobody recorded

/** What the table's conditions look at. */
export interface Facts {
  /** The candidate has still to pass its gate at weight 0. */
  readonly unverified: boolean;
  /** There is a step left. */
  readonly moreSteps: boolean;
  /** The candidate has all the weight. */
  readonly full: boolean;
  /** The candidate has some weight, or a write that would give it some may have arrived. */
  readonly exposed: boolean;
  /** The plan says: hold when a gate cannot tell, or when nobody answers in time. */
  readonly holds: boolean;
  /** A person has to approve what follows the step. */
  readonly asksApproval: boolean;
  /** What is left takes longer than the credentials hold. */
  readonly lacksTime: boolean;
}

/** A row of the table. */
export interface Transition {
  readonly from: WorkingState;
  readonly on: Event;
  readonly when?: keyof Facts;
  readonly to: State;
  readonly because: string;
}

const row = (from: WorkingState, on: Event, to: State, because: string, when?: keyof Facts): Transition => ({
  from,
  on,
  to,
  because,
  ...(when ? { when } : {}),
});

/** The table's rows, in order: the first whose state, event and condition fit is taken. */
export const transitions: readonly Transition[] = [
  row(
    "scaling",
    "ready",
    "verifying",
    "a release is checked at weight 0 before any user meets it",
    "unverified",
  ),
  row("scaling", "ready", "shifting", "the candidate is verified and has its tasks"),
  row("scaling", "short", "rolling-back", "it carries weight that its tasks cannot serve", "exposed"),
  row("scaling", "short", "refused", "no weight goes to a slot with too few healthy targets"),
  row("scaling", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live", "exposed"),
  row("scaling", "cancelled", "refused", "nothing was changed"),
  row("scaling", "broken", "rolling-back", "a rollout that cannot go on goes home", "exposed"),
  row("scaling", "broken", "refused", "nothing was changed"),
  row("scaling", "fenced", "taken-over", "somebody else decides now"),

  row("verifying", "pass", "shifting", "the candidate may meet users", "moreSteps"),
  row("verifying", "pass", "verified", "no weight was asked"),
  row("verifying", "fail", "refused", "the candidate failed where only probes could see it"),
  row("verifying", "inconclusive", "refused", "what could not be judged gets no users"),
  row("verifying", "cancelled", "refused", "nothing was changed"),
  row("verifying", "broken", "refused", "nothing was changed"),
  row("verifying", "fenced", "taken-over", "somebody else decides now"),

  row("shifting", "written", "proving", "an accepted change is not yet a change in traffic"),
  row(
    "shifting",
    "short",
    "rolling-back",
    "the candidate lost tasks it needs for what it already carries",
    "exposed",
  ),
  row("shifting", "short", "refused", "no weight goes to a slot with too few healthy targets"),
  row("shifting", "api-refused", "rolling-back", "a change that was refused may still arrive late"),
  row("shifting", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live", "exposed"),
  row("shifting", "cancelled", "refused", "nothing was changed"),
  row("shifting", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("shifting", "broken", "rolling-back", "a rollout that cannot go on goes home", "exposed"),
  row("shifting", "broken", "refused", "nothing was changed"),
  row("shifting", "fenced", "taken-over", "somebody else decides now"),

  row("proving", "proved", "baking", "only proved weights start a bake"),
  row("proving", "unproved", "rolling-back", "the balancer never did what it accepted"),
  row("proving", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("proving", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live"),
  row("proving", "broken", "rolling-back", "a rollout that cannot go on goes home"),
  row("proving", "fenced", "taken-over", "somebody else decides now"),

  row("baking", "pass", "waiting", "a person has to approve what follows", "asksApproval"),
  row("baking", "pass", "promoted", "the candidate serves everybody and passed its last bake", "full"),
  row("baking", "pass", "shifting", "the next step", "moreSteps"),
  row("baking", "pass", "at-weight", "the weight asked is reached"),
  row("baking", "fail", "rolling-back", "the gate failed"),
  row("baking", "inconclusive", "held", "the plan holds what it cannot judge", "holds"),
  row("baking", "inconclusive", "extending", "one more bake to see enough"),
  row("baking", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live"),
  row("baking", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("baking", "broken", "rolling-back", "a rollout that cannot go on goes home"),
  row("baking", "fenced", "taken-over", "somebody else decides now"),

  row("extending", "pass", "waiting", "a person has to approve what follows", "asksApproval"),
  row("extending", "pass", "promoted", "the candidate serves everybody and passed its last bake", "full"),
  row("extending", "pass", "shifting", "the next step", "moreSteps"),
  row("extending", "pass", "at-weight", "the weight asked is reached"),
  row("extending", "fail", "rolling-back", "the gate failed"),
  row("extending", "inconclusive", "rolling-back", "twice too little to judge by"),
  row("extending", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live"),
  row("extending", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("extending", "broken", "rolling-back", "a rollout that cannot go on goes home"),
  row("extending", "fenced", "taken-over", "somebody else decides now"),

  row("waiting", "go-on", "paused", "what is left takes longer than the credentials hold", "lacksTime"),
  row("waiting", "go-on", "promoted", "it may go on, and the candidate serves everybody", "full"),
  row("waiting", "go-on", "shifting", "it may go on: the next step", "moreSteps"),
  row("waiting", "go-on", "at-weight", "it may go on, and the weight asked is reached"),
  row("waiting", "unanswered", "paused", "the weight stays, and the next up goes on once it is approved"),
  row("waiting", "turned-down", "rolling-back", "a person said no"),
  row("waiting", "timed-out", "held", "the plan holds what nobody approved in time", "holds"),
  row("waiting", "timed-out", "rolling-back", "nobody approved it in time"),
  row("waiting", "fail", "rolling-back", "the gate failed"),
  row("waiting", "cancelled", "rolling-back", "a cancelled rollout leaves everybody on live"),
  row("waiting", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("waiting", "broken", "rolling-back", "a rollout that cannot go on goes home"),
  row("waiting", "fenced", "taken-over", "somebody else decides now"),

  row("rolling-back", "written", "proving-rollback", "a rollback ends when it shows in traffic"),
  row(
    "rolling-back",
    "api-refused",
    "rollback-failed",
    "the guardian sends the traffic home when the lease runs out",
  ),
  row(
    "rolling-back",
    "short",
    "rollback-failed",
    "the rollback target has no healthy target: a person has to choose",
  ),
  row("rolling-back", "drifted", "taken-over", "a hand edit is never overwritten"),
  row(
    "rolling-back",
    "broken",
    "rollback-failed",
    "the guardian sends the traffic home when the lease runs out",
  ),
  row("rolling-back", "fenced", "taken-over", "somebody else decides now"),

  row("proving-rollback", "proved", "rolled-back", "all traffic is on live again"),
  row(
    "proving-rollback",
    "unproved",
    "rollback-failed",
    "the balancer accepted the rollback and did not take it in time",
  ),
  row("proving-rollback", "drifted", "taken-over", "a hand edit is never overwritten"),
  row("proving-rollback", "broken", "rollback-failed", "the rollback is set and could not be watched"),
  row("proving-rollback", "fenced", "taken-over", "somebody else decides now"),
];

/** Where an event leads. Throws on a pair the table does not know: that is a defect, not a situation. */
export function next(from: WorkingState, on: Event, facts: Facts): State {
  return transitionFor(from, on, facts).to;
}

/** The row that decides where an event leads. */
export function transitionFor(from: WorkingState, on: Event, facts: Facts): Transition {
  const found = transitions.find(
    (candidate) =>
      candidate.from === from &&
      candidate.on === on &&
      (candidate.when === undefined || facts[candidate.when]),
  );
  if (!found) throw new Error(`no transition from ${from} on ${on}`);
  return found;
}

/** Whether a rollout ends in the state. */
export function isFinal(state: State): state is FinalState {
  return (finalStates as readonly State[]).includes(state);
}
