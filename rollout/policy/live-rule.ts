import { type Weights, sameWeights } from "../../domain/weight.ts";

/** The weighted rule as the balancer reports it. */
export interface LiveRule {
  readonly weights: Weights;
  /** Target groups in the rule that are not ours, with their weight. */
  readonly foreign: readonly string[];
}

/** Whether a rule shows one of these weights, and nobody else's target group. */
export function shows(rule: LiveRule, expected: readonly Weights[]): boolean {
  return rule.foreign.length === 0 && expected.some((weights) => sameWeights(weights, rule.weights));
}
