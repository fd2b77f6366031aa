import { type Colour, perColour } from "../../domain/colour.ts";
import type { HandEdit } from "../../domain/hand-edit.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { Plan, Step } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { FinalState, WorkingState } from "../../domain/rollout-state.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { unproved } from "../policy/unseen.ts";
import type { Lease } from "../record/lease.ts";
import type { Judgement } from "./ports.ts";
import type { Pending } from "./prove.ts";

/** One `up`: the inputs, who runs it, and the id its evidence goes by. */
export interface Up {
  readonly inputs: SwitchInputs;
  readonly owner: string;
  readonly id: string;
  /** The hand edit that a refresh saw, which this `up` may adopt; null: none. */
  readonly seen: HandEdit | null;
  /** When a rollout has to go home for its credentials' sake, milliseconds since 1970; left out: nobody knows, or never. */
  readonly homeAt?: number;
}

/** An `up` that holds the lease. */
export interface UpUnderLease {
  readonly up: Up;
  readonly lease: Lease;
  readonly cancel: AbortSignal;
}

/** The spec of one rollout: what it moves, how, and where it started. */
export interface RolloutSpec {
  readonly id: string;
  readonly candidate: Colour;
  readonly release: string;
  readonly unverified: boolean;
  readonly steps: readonly Step[];
  readonly rollbackTarget: Weights;
  /** Weights that a change from before an earlier rollback may still set: no hand edits. */
  readonly arriving: readonly Weights[];
  /** A first deployment: the lease is held on, for the rule has still to be made and proved. */
  readonly first: boolean;
  readonly plan: Plan;
  /** Tasks a colour needs for all of the traffic. */
  readonly tasks: Record<Colour, number>;
  /** First state: `scaling`; `proving`, `shifting` or `waiting` for a rollout taken up again; `rolling-back` for a rollback that was asked for. */
  readonly start: WorkingState;
  /** Why, where the start alone says it: a rollback that was asked for, an undo. */
  readonly why: string;
  /** When it has to go home for its credentials' sake, milliseconds since 1970; Infinity: never. */
  readonly homeAt: number;
}

/** The spec of a rollout of one colour, from where the record says that traffic came from. */
export function specOf(
  { inputs, id, homeAt = Infinity }: Up,
  { record }: Lease,
  candidate: Colour,
  steps: readonly Step[],
): RolloutSpec {
  return {
    id,
    candidate,
    release: inputs.releases[candidate],
    steps,
    unverified: true,
    first: false,
    rollbackTarget: record.rollout?.rollbackTarget ?? weightsFor(record.live, 100),
    arriving: [],
    plan: inputs.plan,
    tasks: perColour((of) => inputs.capacity[of].tasks),
    start: "scaling",
    why: "",
    homeAt,
  };
}

/** The outcome of a rollout. */
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

/** A rollout under way: what is carried from state to state. */
export interface RolloutRun {
  readonly lease: Lease;
  readonly spec: RolloutSpec;
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

/** Every weight the rule may show: what it showed, what was about to be written, and what went unanswered. */
export function possible({ possible: shown, lease }: RolloutRun): Weights[] {
  return [...shown, ...unproved(lease.record)];
}

/** Weights of the step under way. */
export function weightsOf(run: RolloutRun): Weights {
  const step = run.spec.steps[run.step];
  return step ? weightsFor(run.spec.candidate, step.weight) : run.spec.rollbackTarget;
}
