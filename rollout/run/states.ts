import { type Colour, colours, other } from "../../domain/colour.ts";
import { type Step, extensionOf } from "../../domain/plan.ts";
import { type Weights, describeWeights, sameWeights } from "../../domain/weight.ts";
import { reopenSlot, undrainSlot } from "../policy/conclusion.ts";
import type { Event } from "../policy/machine.ts";
import { unclearUntil } from "../policy/unseen.ts";
import { change, confirm } from "../record/lease.ts";
import { Late } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { Judgement } from "./ports.ts";
import { prove } from "./prove.ts";
import { again } from "./retry.ts";
import { type Walk, possible, weightsOf } from "./rollout-spec.ts";
import { type Needed, compare, shift } from "./shift.ts";

/** Tasks for the largest weight asked, before any of it is set. */
export async function scale(at: Walk, signal: AbortSignal): Promise<Event> {
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

export async function verify(at: Walk, signal: AbortSignal): Promise<Event> {
  const { world, course } = at;
  world.report({ kind: "verifying", colour: course.candidate });
  const judgement = await judge(at, signal, () =>
    world.gate.candidate(course.candidate, !course.first, signal),
  );
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

export async function shiftToStep(at: Walk): Promise<Event> {
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

export async function proveStep(at: Walk, signal: AbortSignal): Promise<Event> {
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
  const { weights, unseen } = session.held.record;
  const before = [weights, ...possible(at), ...(unseen?.before ?? [])];
  const { proofTimeout } = course.plan;
  const proof = await prove(world, before, to, {
    timeoutMs: proofTimeout,
    signal,
    pending: at.pending,
    unclearUntil: unclearUntil(session.held.record, to, proofTimeout),
  });
  if (!proof.proved) {
    // It took longer than it may. On the way home it gets that time once more to show.
    if (at.pending) at.pending = { ...at.pending, until: world.clock.now() + proofTimeout };
    at.why = `the balancer accepted the weights and did not show them within ${course.plan.proofTimeout / 1000} s: ${proof.why}`;
    world.report({ kind: "unproved", weights: to, answers: proof.answers, why: proof.why });
    return false;
  }
  // Answers can't tell a hand edit to a share close by: what was proved must also be what the rule says.
  await mustStillShow(at, to);
  await change(world, session, (record) => ({ ...record, weights: to, intent: null, unseen: null }));
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

export async function bake(at: Walk, extended: boolean, signal: AbortSignal): Promise<Event> {
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

/** All weight back to where it was. Never waits for a gate, and is not cancelled. */
export async function goHome(at: Walk): Promise<Event> {
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

export async function proveHome(at: Walk, signal: AbortSignal): Promise<Event> {
  return (await proveAndRecord(at, at.course.home, signal)) ? "proved" : "unproved";
}

/** The rule must show what is being baked. Throws Drifted, or Late when it shows what a lost write of ours asked for. */
export async function mustStillShow(at: Walk, weights: Weights): Promise<void> {
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
