import { ApiRefused, Drifted, Fenced, Late, Short } from "./failures.ts";
import { type Colour, colours, other } from "./policy/colour.ts";
import {
  type Event,
  type Facts,
  type FinalState,
  type State,
  type WorkingState,
  isFinal,
  transitionFor,
} from "./policy/machine.ts";
import { type Plan, type Step, extensionOf } from "./policy/plan.ts";
import { conclude, reopenSlot, undrainSlot } from "./policy/conclusion.ts";
import type { SwitchRecord } from "./policy/record.ts";
import { type Weights, describeWeights, sameWeights, weightsFor } from "./policy/weight.ts";
import type { Judgement, World } from "./ports.ts";
import { type Pending, prove } from "./prove.ts";
import { pendingOf } from "./pending.ts";
import { again } from "./retry.ts";
import { type Session, change, confirm, endLease, expireLease, whileRenewing } from "./session.ts";
import { type Needed, compare, shift } from "./shift.ts";

/** One rollout: what it moves, how, and where it started. */
export interface Course {
  readonly id: string;
  readonly candidate: Colour;
  readonly release: string;
  readonly unverified: boolean;
  readonly steps: readonly Step[];
  readonly home: Weights;
  /** A first deployment: the lease is held on, for the rule has still to be made and proved. */
  readonly first: boolean;
  readonly plan: Plan;
  /** Tasks a colour needs for all of the traffic. */
  readonly tasks: Record<Colour, number>;
  /** First state: `scaling`; `proving` or `shifting` for a rollout taken up again; `returning` for a rollback that was asked for. */
  readonly start: WorkingState;
  /** Why, where the start alone says it: a rollback that was asked for, an undo. */
  readonly why: string;
}

export interface Outcome {
  readonly state: FinalState;
  /** It ended as it was asked to: a rollback that was asked for is one such end, a failed gate's is not. */
  readonly asAsked: boolean;
  /** One sentence: the row of the table and what led to it. */
  readonly why: string;
  readonly record: SwitchRecord;
  /** The judgement that ended it, when a gate did. */
  readonly judgement: Judgement | null;
}

/** What is carried from state to state. */
interface Walk {
  readonly world: World;
  readonly session: Session;
  readonly course: Course;
  readonly cancel: AbortSignal;
  /** Index of the step under way. */
  step: number;
  /** Weights the rule was last known to show, or was told to. */
  possible: Weights[];
  /** What went wrong, in a sentence; empty while nothing has. */
  why: string;
  /** The last row of the table that was taken. */
  because: string;
  judgement: Judgement | null;
  /** The first weight of the candidate, while traffic has not shown it. */
  pending: Pending | null;
}

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
    possible: [session.held.record.weights],
    why: course.why,
    because: "",
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

/** Every weight the rule may show: what it showed, what was about to be written, and what went unanswered. */
function possible({ possible: shown, session }: Walk): Weights[] {
  const { intent, rollout } = session.held.record;
  return [...shown, ...(intent ? [intent.to] : []), ...(rollout?.tried ?? [])];
}

/** Weights of the step under way. */
function weightsOf(at: Walk): Weights {
  const step = at.course.steps[at.step];
  return step ? weightsFor(at.course.candidate, step.weight) : at.course.home;
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

/** Tasks for the largest weight asked, before any of it is set. */
async function scale(at: Walk, signal: AbortSignal): Promise<Event> {
  const { world, course } = at;
  at.cancel.throwIfAborted();
  await change(world, at.session, (record) => reopenSlot(record, course.candidate));
  if (course.steps.length > 0) await again(world, () => world.capacity.hold(other(course.candidate)));
  const onProgress = (text: string) => world.report({ kind: "scaling", colour: course.candidate, text });
  const scaled = await world.capacity.scaleUp(
    course.candidate,
    course.tasks[course.candidate],
    course.plan.scaleUpDeadline,
    onProgress,
    signal,
  );
  if (!scaled.ready) at.why = scaled.why;
  return scaled.ready ? "ready" : "short";
}

async function verify(at: Walk, signal: AbortSignal): Promise<Event> {
  const { world, course } = at;
  world.report({ kind: "verifying", colour: course.candidate });
  const judgement = await judge(at, signal, () => world.gate.candidate(course.candidate, signal));
  await judged(at, judgement, 0);
  if (judgement.verdict === "pass")
    await change(world, at.session, (record) => ({
      ...record,
      verified: { colour: course.candidate, release: course.release, at: world.clock.now() },
    }));
  return judgement.verdict;
}

/** A gate that breaks could not tell, and says why. */
async function judge(at: Walk, signal: AbortSignal, take: () => Promise<Judgement>): Promise<Judgement> {
  try {
    const judgement = await take();
    // A gate that is interrupted may still say what it has seen: that it failed counts, that it saw too little does not.
    if (judgement.verdict !== "fail") signal.throwIfAborted();
    return judgement;
  } catch (error) {
    signal.throwIfAborted();
    return {
      verdict: "inconclusive",
      why: `the gate itself broke: ${(error as Error).message}`,
      firstBadAt: null,
      decidedAt: at.world.clock.now(),
    };
  }
}

async function judged(at: Walk, judgement: Judgement, weight: number): Promise<void> {
  at.judgement = judgement;
  at.why = judgement.verdict === "pass" ? "" : judgement.why;
  at.world.report({ kind: "judged", colour: at.course.candidate, weight, judgement });
}

/** Healthy targets for a weight: live's capacity, in proportion, and at least one. */
function neededFor(at: Walk): Needed {
  const { candidate, tasks } = at.course;
  return (weights) => {
    const needed = { blue: 1, green: 1 };
    needed[candidate] = Math.max(1, Math.ceil((tasks[candidate] * weights[candidate]) / 100));
    return needed;
  };
}

async function shiftToStep(at: Walk): Promise<Event> {
  const { world, session, course } = at;
  at.cancel.throwIfAborted();
  const from = session.held.record.weights;
  const to = weightsOf(at);
  world.report({ kind: "shifting", from, to, step: at.step + 1, steps: course.steps.length });
  at.possible = [from];
  const tries = await shift(world, session, from, to, neededFor(at));
  at.possible = [from, to];
  notePending(at);
  world.report({ kind: "written", weights: to, tries });
  return "written";
}

/** What the record's intent left open. Its time runs from now on: the write may have come long after the intent. */
function notePending(at: Walk): void {
  const { proofTimeout } = at.course.plan;
  const pending = pendingOf(at.session.held.record, proofTimeout);
  at.pending = pending && { ...pending, until: at.world.clock.now() + proofTimeout };
}

async function proveStep(at: Walk, signal: AbortSignal): Promise<Event> {
  const { world, session, course } = at;
  const to = weightsOf(at);
  if (!(await proveAndRecord(at, to, signal))) return "unproved";
  const { weight } = course.steps[at.step] as Step;
  await change(world, session, (record) => ({
    ...record,
    rollout: record.rollout && {
      ...record.rollout,
      passed: record.rollout.passed.filter((passed) => passed < weight),
    },
  }));
  at.judgement = null;
  return "proved";
}

/** Watches traffic; a proved weight becomes the recorded one and clears the intent. */
async function proveAndRecord(at: Walk, to: Weights, signal: AbortSignal): Promise<boolean> {
  const { world, session, course } = at;
  const before = [session.held.record.weights, ...possible(at)];
  const { proofTimeout } = course.plan;
  const proof = await prove(world, before, to, { timeoutMs: proofTimeout, signal, pending: at.pending });
  if (!proof.proved) {
    // It took longer than it may. On the way home it gets that time once more to show.
    if (at.pending) at.pending = { ...at.pending, until: world.clock.now() + proofTimeout };
    at.why = `the balancer accepted the weights and did not show them within ${course.plan.proofTimeout / 1000} s: ${proof.why}`;
    world.report({ kind: "unproved", weights: to, answers: proof.answers, why: proof.why });
    return false;
  }
  // Answers can't tell a hand edit to a share close by: what was proved must also be what the rule says.
  await mustStillShow(at, to);
  await change(world, session, (record) => ({ ...record, weights: to, intent: null, adopted: null }));
  at.possible = [to];
  at.pending = null;
  world.report({
    kind: "proved",
    weights: to,
    answers: proof.answers,
    addresses: proof.addresses,
    tookMs: proof.tookMs,
  });
  return true;
}

async function bake(at: Walk, extended: boolean, signal: AbortSignal): Promise<Event> {
  const { world, session, course } = at;
  const step = course.steps[at.step] as Step;
  world.report({
    kind: "baking",
    colour: course.candidate,
    weight: step.weight,
    bakeMs: extended ? extensionOf(course.plan, step) : step.bake,
    extended,
  });
  const judgement = await judge(at, signal, () => world.gate.bake(course.candidate, step, extended, signal));
  await judged(at, judgement, step.weight);
  await mustStillShow(at, weightsOf(at));
  const { verdict } = judgement;
  if (verdict === "pass")
    await change(world, session, (record) => ({
      ...record,
      rollout: record.rollout && { ...record.rollout, passed: [...record.rollout.passed, step.weight] },
    }));
  return verdict;
}

/** The rule must show what is being baked. Throws Drifted, or Late when it shows what a lost write of ours asked for. */
async function mustStillShow(at: Walk, weights: Weights): Promise<void> {
  const { world, session } = at;
  const ours = [weights, ...(session.held.record.rollout?.tried ?? [])];
  const live = await compare(world, ours, weights).catch(async (error) => {
    await confirm(world, session); // whoever took over changed the rule by right: that is no drift
    throw error;
  });
  if (!sameWeights(live.weights, weights))
    throw new Late(
      `an earlier change arrived late and set ${describeWeights(live.weights)} in place of ${describeWeights(weights)}`,
    );
}

/** All weight back to where it was. Never waits for a gate, and is not cancelled. */
async function goHome(at: Walk): Promise<Event> {
  const { world, session, course } = at;
  const from = session.held.record.weights;
  const serving = colours.filter((colour) => course.home[colour] > 0);
  world.report({ kind: "returning", to: course.home, why: at.why });
  if (at.pending === null) notePending(at); // a shift that failed halfway noted nothing
  await change(world, session, (record) => serving.reduce(undrainSlot, record));
  const raised = Promise.all(serving.map((colour) => raise(at, colour)));
  const shifted = shift(world, session, from, course.home, () => ({ blue: 1, green: 1 }), [
    ...possible(at),
    course.home,
  ]);
  const [tries] = await Promise.all([shifted, raised]);
  at.possible.push(course.home);
  world.report({ kind: "written", weights: course.home, tries });
  return "written";
}

/** More tasks beside a rollback, which does not depend on them: what fails here is told, and the traffic goes home. */
async function raise(at: Walk, colour: Colour): Promise<void> {
  try {
    await at.world.capacity.raise(colour, at.course.tasks[colour]);
  } catch (error) {
    at.world.report({
      kind: "scaling",
      colour,
      text: `raising ${colour} to ${at.course.tasks[colour]} tasks failed: ${(error as Error).message}`,
    });
  }
}

async function proveHome(at: Walk, signal: AbortSignal): Promise<Event> {
  return (await proveAndRecord(at, at.course.home, signal)) ? "proved" : "unproved";
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
            ...conclude(record, { ...course, state, why: at.why, failed }, now),
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
