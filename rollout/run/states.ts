import { colours, other } from "../../domain/colour.ts";
import { type Step, extensionOf } from "../../domain/plan.ts";
import { type Weights, describeWeights, sameWeights } from "../../domain/weight.ts";
import { reopenSlot, undrainSlot } from "../policy/drain.ts";
import type { Event } from "../policy/machine.ts";
import { unclearUntil } from "../policy/unseen.ts";
import { Late } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import type { Judgement } from "./ports.ts";
import { prove } from "./prove.ts";
import { raiseServing } from "./raise-serving.ts";
import { withRetries } from "./retry.ts";
import { type RolloutRun, possible, weightsOf } from "./rollout-spec.ts";
import { type Needed, compare, shift } from "./shift.ts";

/** `scaling`: tasks for the largest weight asked, before any of it is set. */
export async function scale(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  run.cancel.throwIfAborted();
  await lease.change((record) => reopenSlot(record, spec.candidate));
  if (spec.steps.length > 0) await withRetries(ports, () => ports.capacity.hold(other(spec.candidate)));
  const onProgress = (text: string) => ports.report({ kind: "scaling", colour: spec.candidate, text });
  const scaled = await ports.capacity.scaleUp(
    spec.candidate,
    spec.tasks[spec.candidate],
    spec.plan.scaleUpDeadline,
    onProgress,
    signal,
  );
  if (!scaled.ready) run.why = scaled.why;
  return scaled.ready ? "ready" : "short";
}

/** `verifying`: the candidate's gate at weight 0, which no user meets. */
export async function verify(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  ports.report({ kind: "verifying", colour: spec.candidate });
  const judgement = await judge(run, signal, () => ports.gate.candidate(spec.candidate, !spec.first, signal));
  await judged(run, judgement, 0);
  if (judgement.verdict === "pass")
    await lease.change((record) => ({
      ...record,
      verified: { colour: spec.candidate, release: spec.release, at: ports.clock.now() },
    }));
  return judgement.verdict;
}

/** A gate that breaks could not tell, and says why. */
async function judge(
  run: RolloutRun,
  signal: AbortSignal,
  take: () => Promise<Judgement>,
): Promise<Judgement> {
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
      decidedAt: run.lease.ports.clock.now(),
    };
  }
}

async function judged(run: RolloutRun, judgement: Judgement, weight: number): Promise<void> {
  run.judgement = judgement;
  run.why = judgement.verdict === "pass" ? "" : judgement.why;
  run.lease.ports.report({ kind: "judged", colour: run.spec.candidate, weight, judgement });
}

/** Healthy targets for a weight: live's capacity, in proportion, and at least one. */
function neededFor(run: RolloutRun): Needed {
  const { candidate, tasks } = run.spec;
  return (weights) => {
    const needed = { blue: 1, green: 1 };
    needed[candidate] = Math.max(1, Math.ceil((tasks[candidate] * weights[candidate]) / 100));
    return needed;
  };
}

/** `shifting`: one change of the rule, to the weights of the step. */
export async function shiftToStep(run: RolloutRun): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  run.cancel.throwIfAborted();
  const from = lease.record.weights;
  const to = weightsOf(run);
  ports.report({ kind: "shifting", from, to, step: run.step + 1, steps: spec.steps.length });
  run.possible = [from];
  const tries = await shift(lease, from, to, neededFor(run));
  run.possible = [from, to];
  notePending(run);
  ports.report({ kind: "written", weights: to, tries });
  return "written";
}

/** What the record's intent left open. Its time runs from now on: the write may have come long after the intent. */
function notePending(run: RolloutRun): void {
  const { proofTimeout } = run.spec.plan;
  const pending = pendingOf(run.lease.record, proofTimeout);
  run.pending = pending && { ...pending, until: run.lease.ports.clock.now() + proofTimeout };
}

/** `proving`: the step's weights as traffic shows them. */
export async function proveStep(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const to = weightsOf(run);
  if (!(await proveAndRecord(run, to, signal))) return "unproved";
  const { weight } = spec.steps[run.step] as Step;
  await lease.change((record) => ({
    ...record,
    rollout: record.rollout && {
      ...record.rollout,
      passed: record.rollout.passed.filter((passed) => passed < weight),
    },
  }));
  run.judgement = null;
  return "proved";
}

/** Watches traffic; a proved weight becomes the recorded one and clears the intent. */
async function proveAndRecord(run: RolloutRun, to: Weights, signal: AbortSignal): Promise<boolean> {
  const { lease, spec } = run;
  const { ports } = lease;
  const { weights, unseen } = lease.record;
  const before = [weights, ...possible(run), ...(unseen?.before ?? [])];
  const { proofTimeout } = spec.plan;
  const proof = await prove(ports, before, to, {
    timeoutMs: proofTimeout,
    signal,
    pending: run.pending,
    unclearUntil: unclearUntil(lease.record, to, proofTimeout),
  });
  if (!proof.proved) {
    // It took longer than it may. In a rollback it gets that time once more to show.
    if (run.pending) run.pending = { ...run.pending, until: ports.clock.now() + proofTimeout };
    run.why = `the balancer accepted the weights and did not show them within ${spec.plan.proofTimeout / 1000} s: ${proof.why}`;
    ports.report({ kind: "unproved", weights: to, answers: proof.answers, why: proof.why });
    return false;
  }
  // Answers can't tell a hand edit to a share close by: what was proved must also be what the rule says.
  await mustStillShow(run, to);
  await lease.change((record) => ({ ...record, weights: to, intent: null, unseen: null }));
  run.possible = [to];
  run.pending = null;
  ports.report({
    kind: "proved",
    weights: to,
    answers: proof.answers,
    addresses: proof.addresses,
    tookMs: proof.tookMs,
  });
  return true;
}

/** `baking` and `extending`: the step's gate while users meet the candidate. */
export async function bake(run: RolloutRun, extended: boolean, signal: AbortSignal): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  const step = spec.steps[run.step] as Step;
  ports.report({
    kind: "baking",
    colour: spec.candidate,
    weight: step.weight,
    bakeMs: extended ? extensionOf(spec.plan, step) : step.bake,
    extended,
  });
  const judgement = await judge(run, signal, () => ports.gate.bake(spec.candidate, step, extended, signal));
  await judged(run, judgement, step.weight);
  await mustStillShow(run, weightsOf(run));
  const { verdict } = judgement;
  if (verdict === "pass")
    await lease.change((record) => ({
      ...record,
      rollout: record.rollout && { ...record.rollout, passed: [...record.rollout.passed, step.weight] },
    }));
  return verdict;
}

/** `rolling-back`: all weight to the rollback target. Never waits for a gate, and is not cancelled. */
export async function rollBack(run: RolloutRun): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  const from = lease.record.weights;
  const serving = colours.filter((colour) => spec.rollbackTarget[colour] > 0);
  ports.report({ kind: "rolling-back", to: spec.rollbackTarget, why: run.why });
  if (run.pending === null) notePending(run); // a shift that failed halfway noted nothing
  await lease.change((record) => serving.reduce(undrainSlot, record));
  const raised = raiseServing(ports, spec.rollbackTarget, spec.tasks);
  const shifted = shift(lease, from, spec.rollbackTarget, () => ({ blue: 1, green: 1 }), [
    ...possible(run),
    spec.rollbackTarget,
  ]);
  const [tries] = await Promise.all([shifted, raised]);
  run.possible.push(spec.rollbackTarget);
  ports.report({ kind: "written", weights: spec.rollbackTarget, tries });
  return "written";
}

/** `proving-rollback`: the rollback as traffic shows it. */
export async function proveRollback(run: RolloutRun, signal: AbortSignal): Promise<Event> {
  return (await proveAndRecord(run, run.spec.rollbackTarget, signal)) ? "proved" : "unproved";
}

/** The rule must show what is being baked. Throws Drifted, or Late when it shows what a lost write of ours asked for. */
export async function mustStillShow(run: RolloutRun, weights: Weights): Promise<void> {
  const { lease } = run;
  const { ports } = lease;
  const ours = [weights, ...(lease.record.rollout?.tried ?? [])];
  const live = await compare(ports, ours, weights).catch(async (error) => {
    await lease.confirm(); // whoever took over changed the rule by right: that is no drift
    throw error;
  });
  if (!sameWeights(live.weights, weights))
    throw new Late(
      `an earlier change arrived late and set ${describeWeights(live.weights)} in place of ${describeWeights(weights)}`,
    );
}
