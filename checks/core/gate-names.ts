import type { Plan, Step } from "../../domain/plan.ts";
import { catalogue } from "../gate/catalogue.ts";
import { type GateInputs, defaultCandidateGate, defaultGate } from "./registry.ts";

/** What names the gates of a rollout. */
export type GateSource = GateInputs & { readonly plan: Pick<Plan, "gate" | "candidateGate"> };

/** Names of the checks of the candidate at weight 0. */
export function candidateGateOf(inputs: GateSource, besideLive: boolean): string[] {
  const asked = inputs.plan.candidateGate ?? defaultCandidateGate(inputs);
  return besideLive ? asked : asked.filter((name) => name !== catalogue.name);
}

/** Names of the checks of a step. */
export function stepGateOf(inputs: GateSource, step: Step): string[] {
  return step.gate ?? inputs.plan.gate ?? defaultGate(inputs, step.bake.max);
}
