/** The states of a rollout under way: what the record, evidence and outputs call them. `rollout/policy/machine.ts` says which follows which. */

/** States in which something is being done. */
export const workingStates = [
  "scaling",
  "verifying",
  "shifting",
  "proving",
  "baking",
  "extending",
  "waiting",
  "rolling-back",
  "proving-rollback",
] as const;
/** States in which a rollout ends. */
export const finalStates = [
  "verified",
  "at-weight",
  "paused",
  "promoted",
  "refused",
  "rolled-back",
  "held",
  "taken-over",
  "rollback-failed",
] as const;
/** A state in which something is being done. */
export type WorkingState = (typeof workingStates)[number];
/** A state in which a rollout ends. */
export type FinalState = (typeof finalStates)[number];
