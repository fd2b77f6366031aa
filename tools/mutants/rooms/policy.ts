import type { Mutant } from "../mutant.ts";

const decision = ["tests/rollout/decision.test.ts"];

/** Mutants of what an `up` decides that tests find; what the simulation finds is in `tests/rollout/mutants`. */
export const policy: readonly Mutant[] = [
  {
    does: "target groups are made anew under users, whose answers are 503 from then on",
    file: "rollout/policy/decision.ts",
    before: "refuseReplaced(situation, record) ??",
    after: "",
    tests: decision,
  },
  {
    does: "a stack of which it is not known what it is made from can never be changed again",
    file: "domain/origin.ts",
    before: "before === undefined || before === value",
    after: "before === value",
    tests: decision,
  },
];
