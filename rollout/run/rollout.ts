import { expectedWalkMs, untilApproval } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type FinalState, type WorkingState } from "../../domain/rollout-state.ts";
import { conclude } from "../policy/conclusion.ts";
import { type Event, type Facts, type State, isFinal, transitionFor } from "../policy/machine.ts";
import type { Lease } from "../record/lease.ts";
import { ApiRefused, Drifted, Fenced, Short } from "./failures.ts";
import { pendingOf } from "./pending.ts";
import { type RolloutSpec, type Outcome, type RolloutRun, possible, weightsOf } from "./rollout-spec.ts";
import { bake } from "./states/bake.ts";
import { proveRollback, proveStep } from "./states/prove.ts";
import { rollBack } from "./states/roll-back.ts";
import { scale } from "./states/scale.ts";
import { shiftToStep } from "./states/shift-to-step.ts";
import { mustStillShow } from "./states/still-shown.ts";
import { verify } from "./states/verify.ts";
import { wait } from "./states/wait.ts";

/** Runs a rollout to its end. Never throws for what the table knows; anything else is a defect and is thrown on. */
export async function runRollout(lease: Lease, spec: RolloutSpec, cancel: AbortSignal): Promise<Outcome> {
  const run: RolloutRun = {
    lease,
    spec,
    cancel,
    step: 0,
    possible: [lease.record.weights, ...spec.arriving],
    why: spec.why,
    because: "",
    judgement: null,
    pending: pendingOf(lease.record, spec.plan.proofTimeout),
  };
  let state: State = spec.start;
  if (spec.start === "proving") run.possible.push(weightsOf(run));
  while (!isFinal(state)) {
    const event: Event = await performHeld(run, state).catch((error) =>
      eventOf(run, state as WorkingState, error),
    );
    const row = transitionFor(state, event, factsOf(run, state));
    run.because = row.because;
    lease.ports.report({ kind: "moved", from: state, on: event, to: row.to });
    if (row.to === "shifting" && walked.has(state)) run.step++;
    if (event === "go-on" && row.to !== "paused") run.why = "";
    state = row.to;
  }
  run.why ||= run.because;
  return concludeRollout(run, state);
}

/** States that end a step. */
const walked = new Set<State>(["baking", "extending", "waiting"]);

function factsOf(run: RolloutRun, state: WorkingState): Facts {
  const { spec, step, lease } = run;
  const rest = spec.steps.slice(step + 1);
  const waits = lease.record.rollout?.waits;
  return {
    unverified: spec.unverified,
    moreSteps: spec.steps.length > step + (walked.has(state) ? 1 : 0),
    full: spec.steps[step]?.weight === 100,
    exposed: possible(run).some((weights) => weights[spec.candidate] > spec.rollbackTarget[spec.candidate]),
    holds: state === "waiting" ? waits?.otherwise === "hold" : spec.plan.onInconclusive === "hold",
    asksApproval: spec.steps[step]?.approval !== undefined,
    lacksTime: lease.ports.clock.now() + expectedWalkMs(untilApproval(rest)) > spec.homeAt,
  };
}

/** A rollback is not cancelled. */
const uncancellable = new Set<State>(["rolling-back", "proving-rollback"]);

/** Does what a state stands for while the lease is renewed beside it; in a bake the rule is watched as well. */
function performHeld(run: RolloutRun, state: WorkingState): Promise<Event> {
  const { lease, cancel } = run;
  const look = walked.has(state) ? () => mustStillShow(run, weightsOf(run)) : undefined;
  const signal = uncancellable.has(state) ? new AbortController().signal : cancel;
  return lease.whileRenewing({ signal, look }, (held) => perform(run, state, held));
}

/** Does what a state stands for. The signal is aborted by a cancel and by the loss of the lease. */
function perform(run: RolloutRun, state: WorkingState, signal: AbortSignal): Promise<Event> {
  switch (state) {
    case "scaling":
      return scale(run, signal);
    case "verifying":
      return verify(run, signal);
    case "shifting":
      return shiftToStep(run);
    case "proving":
      return proveStep(run, signal);
    case "baking":
      return bake(run, false, signal);
    case "extending":
      return bake(run, true, signal);
    case "waiting":
      return wait(run, signal);
    case "rolling-back":
      return rollBack(run);
    case "proving-rollback":
      return proveRollback(run, signal);
    default:
      return state satisfies never;
  }
}

/** Failures as events of the table. What only a defect throws is thrown on. */
function eventOf(run: RolloutRun, state: WorkingState, error: unknown): Event {
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
    throw error;
  const event = knownEvent(
    error,
    run.cancel.aborted && state !== "rolling-back" && state !== "proving-rollback",
  );
  run.why = ((event === "cancelled" ? run.cancel.reason : error) as Error).message;
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
async function concludeRollout(run: RolloutRun, state: FinalState): Promise<Outcome> {
  const { lease, spec } = run;
  const { ports } = lease;
  ports.report({ kind: "ended", outcome: state, why: run.why });
  const evidence = await ports.evidence.finish();
  if (evidence.problem !== undefined) ports.report({ kind: "unkept", why: evidence.problem });
  const outcome = (ended: FinalState, record: SwitchRecord): Outcome => ({
    state: ended,
    asAsked: endedAsAsked(ended, spec),
    why: run.why,
    record,
    judgement: run.judgement,
  });
  // Taken over: whoever comes next finds intent and rollout in the record, and need not wait for the lease to run out.
  if (state === "taken-over") return outcome(state, await lease.expire());
  // Until the lease runs out nobody decides on a rollback that is not proved; then the guardian does.
  if (state === "rollback-failed") return outcome(state, lease.record);
  const now = ports.clock.now();
  const failed = run.judgement?.verdict === "fail";
  const rollbackAsked = spec.start === "rolling-back";
  const last = {
    id: spec.id,
    outcome: state,
    why: run.why,
    at: new Date(now).toISOString(),
    evidence: evidence.where,
    evidenceDigest: evidence.digest,
  };
  try {
    return outcome(
      state,
      spec.first
        ? await lease.change((record) => ({ ...record, last }))
        : await lease.end((record) => ({
            ...conclude(record, { ...spec, state, why: run.why, failed, rollbackAsked }, now),
            last,
          })),
    );
  } catch (error) {
    if (!(error instanceof Fenced)) throw error;
    run.why = error.message;
    return outcome("taken-over", lease.record);
  }
}

function endedAsAsked(state: FinalState, spec: RolloutSpec): boolean {
  if (state === "rolled-back") return spec.start === "rolling-back";
  return state === "verified" || state === "at-weight" || state === "paused" || state === "promoted";
}
