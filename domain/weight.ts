import { z } from "zod";
import { type Colour, type PerColour, other } from "./colour.ts";

/** A whole percent of new sessions, 0 to 100. Zero is a real weight: never test it for truth. */
export const weight = z
  .int("a weight is a whole number of percent")
  .min(0, "a weight is at least 0")
  .max(100, "a weight is at most 100");
/** A weight: a colour's share of the traffic in whole percent, 0 to 100. */
export type Weight = z.infer<typeof weight>;

/** Both weights as they are kept. */
export const bothWeights = z.strictObject({ blue: weight, green: weight });

/** Both weights; they add up to 100. */
export type Weights = PerColour<Weight>;

/** The weights when `of` gets `percent` and the other colour the rest. Throws on anything but 0–100. */
export function weightsFor(of: Colour, percent: Weight): Weights {
  const checked = weight.parse(percent);
  const weights = { blue: 0, green: 0 };
  weights[of] = checked;
  weights[other(of)] = 100 - checked;
  return weights;
}

/** Whether two pairs of weights are the same. */
export function sameWeights(a: Weights, b: Weights): boolean {
  return a.blue === b.blue && a.green === b.green;
}

/** Each of them once, in the order of their first appearance. */
export function distinctWeights(all: readonly Weights[]): Weights[] {
  return all.filter((weights, at) => all.findIndex((other) => sameWeights(other, weights)) === at);
}

/** `blue 75 · green 25`, the way every message prints weights. */
export function describeWeights(weights: Weights): string {
  return `blue ${weights.blue} · green ${weights.green}`;
}
