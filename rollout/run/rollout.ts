import type { SwitchRecord } from "../../domain/record.ts";
import { type FinalState, type WorkingState } from "../../domain/rollout-state.ts";
import { conclude } from "../policy/conclusion.ts";
import { type Event, type Facts, type State, isFinal, transitionFor } from "../policy/machine.ts";
import { type Session, change, endLease, expireLease, whileRenewing } from "../record/lease.ts";
import { ApiRefused, Drifted, Fenced, Short } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { World } from "./ports.ts";
import { type Course, type Outcome, type Walk, possible, weightsOf } from "./rollout-spec.ts";
import { bake, goHome, mustStillShow, proveHome, proveStep, scale, shiftToStep, verify } from "./states.ts";

/** Walks a rollout to its end. Never throws for what the table knows; anything else is a defect and is thrown on. */
export async function walk(
  world: World,
  session: Session,
  course: Course,
  cancel: AbortSignal,
): Promise<Outcome> {
  const at: Walk = {
    world,
    session,
    course,
    cancel,
    step: 0,
    possible: [session.held.record.weights, ...course.arriving],
    why: course.why,
    because: "",
    cancelled: false,
    judgement: null,
    pending: pendingOf(session.held.record, course.plan.proofTimeout),
  };
  let state: State = course.start;
  if (course.start === "proving") at.possible.push(weightsOf(at));
  while (!isFinal(state)) {
    const event: Event = await performHeld(at, state).catch((error) =>
      eventOf(at, state as WorkingState, error),
    );
    const row = transitionFor(state, event, factsOf(at, state));
    at.because = row.because;
    at.cancelled ||= event === "cancelled";
    world.report({ kind: "moved", from: state, on: event, to: row.to });
    if (row.to === "shifting" && event === "pass" && state !== "verifying") at.step++;
    state = row.to;
  }
  at.why ||= at.because;
  return concludeRollout(at, state);
}

function factsOf(at: Walk, state: WorkingState): Facts {
  const { course, step } = at;
  const baked = state === "baking" || state === "extending";
  return {
    unverified: course.unverified,
    moreSteps: course.steps.length > step + (baked ? 1 : 0),
    full: course.steps[step]?.weight === 100,
    exposed: possible(at).some((weights) => weights[course.candidate] > course.home[course.candidate]),
    holds: course.plan.onInconclusive === "hold",
  };
}

/** The way home is not cancelled. */
const homeward = new Set<State>(["returning", "proving-home"]);

/** Does what a state stands for while the lease is renewed beside it; in a bake the rule is watched as well. */
function performHeld(at: Walk, state: WorkingState): Promise<Event> {
  const { world, session, cancel } = at;
  const baking = state === "baking" || state === "extending";
  const look = baking ? () => mustStillShow(at, weightsOf(at)) : undefined;
  const signal = homeward.has(state) ? new AbortController().signal : cancel;
  return whileRenewing(world, session, { signal, look }, (held) => perform(at, state, held));
}

/** Does what a state stands for. The signal is aborted by a cancel and by the loss of the lease. */
function perform(at: Walk, state: WorkingState, signal: AbortSignal): Promise<Event> {
  switch (state) {
    case "scaling":
      return scale(at, signal);
    case "verifying":
      return verify(at, signal);
    case "shifting":
      return shiftToStep(at);
    case "proving":
      return proveStep(at, signal);
    case "baking":
      return bake(at, false, signal);
    case "extending":
      return bake(at, true, signal);
    case "returning":
      return goHome(at);
    case "proving-home":
      return proveHome(at, signal);
    default:
      return state satisfies never;
  }
}

/** Failures as events of the table. What only a defect throws is thrown on. */
function eventOf(at: Walk, state: WorkingState, error: unknown): Event {
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
    throw error;
  const event = knownEvent(error, at.cancel.aborted && state !== "returning" && state !== "proving-home");
  at.why = event === "cancelled" ? "the rollout was cancelled" : (error as Error).message;
  return event;
}

function knownEvent(error: unknown, cancelled: boolean): Event {
  if (error instanceof Fenced) return "fenced";
  if (error instanceof Drifted) return "drifted";
  if (error instanceof Short) return "short";
  if (error instanceof ApiRefused) return "api-refused";
  return cancelled ? "cancelled" : "broken";
}

/** The last change of the record, by the state the rollout ended in. */
async function concludeRollout(at: Walk, state: FinalState): Promise<Outcome> {
  const { world, session, course } = at;
  world.report({ kind: "ended", outcome: state, why: at.why });
  const evidence = await world.evidence.finish();
  if (evidence.problem !== undefined) world.report({ kind: "unkept", why: evidence.problem });
  const outcome = (ended: FinalState, record: SwitchRecord): Outcome => ({
    state: ended,
    asAsked: endedAsAsked(ended, course),
    why: at.why,
    record,
    judgement: at.judgement,
  });
  // Taken over: whoever comes next finds intent and rollout in the record, and need not wait for the lease to run out.
  if (state === "taken-over") return outcome(state, await expireLease(world, session));
  // Stranded: until the lease runs out nobody decides on a way home that is not proved; then the guardian does.
  if (state === "stranded") return outcome(state, session.held.record);
  const now = world.clock.now();
  const failed = at.judgement?.verdict === "fail";
  const byPerson = at.cancelled || course.start === "returning";
  const last = {
    id: course.id,
    outcome: state,
    why: at.why,
    at: new Date(now).toISOString(),
    evidence: evidence.where,
    evidenceDigest: evidence.digest,
  };
  try {
    return outcome(
      state,
      course.first
        ? await change(world, session, (record) => ({ ...record, last }))
        : await endLease(world, session, (record) => ({
            ...conclude(record, { ...course, state, why: at.why, failed, byPerson }, now),
            last,
          })),
    );
  } catch (error) {
    if (!(error instanceof Fenced)) throw error;
    at.why = error.message;
    return outcome("taken-over", session.held.record);
  }
}

function endedAsAsked(state: FinalState, course: Course): boolean {
  if (state === "rolled-back") return course.start === "returning";
  return state === "verified" || state === "reached" || state === "promoted";
}
