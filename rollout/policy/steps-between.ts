import type { Colour } from "../../domain/colour.ts";
import type { Step } from "../../domain/plan.ts";

/**
 * The plan's steps above `from` up to `asked`. A weight asked that is no step of the plan ends with a step of its own,
 * which bakes as long as the plan's next step would.
 */
export function stepsBetween(steps: readonly Step[], from: number, asked: number): Step[] {
  const walked = steps.filter((step) => step.weight > from && step.weight <= asked);
  if (walked.at(-1)?.weight === asked || asked <= from) return walked;
  const next = steps.find((step) => step.weight > asked) as Step;
  const own = { ...next, weight: asked };
  delete own.approval; // what the next step asks of a person it asks once it is reached
  return [...walked, own];
}

/** The step of a plan that has this weight, or, where a plan has none such any more, one that bakes as its next one would. */
export function stepAt(steps: readonly Step[], weight: number): Step {
  return stepsBetween(steps, weight - 1, weight)[0] as Step;
}

/** The steps a resumed rollout has left: its last one again, when only its end was not recorded. */
export function stepsLeft(steps: readonly Step[], from: number, asked: number): Step[] {
  const left = stepsBetween(steps, from, asked);
  return left.length > 0 ? left : stepsBetween(steps, asked - 1, asked);
}

/** A colour's weight when green is asked to have `greenWeight`. */
export function weightOf(of: Colour, greenWeight: number): number {
  return of === "green" ? greenWeight : 100 - greenWeight;
}

/** A time, rounded up to whole minutes. */
export const roundUp = (ms: number): number => Math.ceil(ms / 60_000) * 60_000;
