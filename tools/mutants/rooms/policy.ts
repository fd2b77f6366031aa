import type { Mutant } from "../mutant.ts";

const decision = ["tests/rollout/decision.test.ts"];
const kept = ["tests/rollout/kept.test.ts"];

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
  {
    does: "a sidecar's new image replaces the tasks of everybody on live, ungated",
    file: "rollout/policy/kept.ts",
    before: "if (carries(of) || of === record.live)",
    after: "if (carries(of) && of !== record.live)",
    tests: kept,
  },
  {
    does: "a sidecar's new image replaces the tasks that a rollback returns to",
    file: "rollout/policy/kept.ts",
    before: "previous?.colour === of && previous.until > now",
    after: "previous?.colour === of && previous.until < now",
    tests: kept,
  },
  {
    does: "a slot that drains gets new tasks, and its users' sessions end",
    file: "rollout/policy/kept.ts",
    before: 'retirement.stage === "draining" && retirement.deadline > now',
    after: 'retirement.stage === "draining" && retirement.deadline < now',
    tests: kept,
  },
  {
    does: "a colour never gets the stack's new settings, for its window never closes",
    file: "rollout/policy/kept.ts",
    before: "previous?.colour === of && previous.until > now",
    after: "previous?.colour === of",
    tests: kept,
  },
  {
    does: "another image of live is said to be kept and is deployed under its users",
    file: "rollout/policy/kept.ts",
    before: "origin.own !== asked.own ||",
    after: "",
    tests: kept,
  },
  {
    does: "live keeps a signing secret that nobody signs with any more, and every session breaks",
    file: "rollout/policy/kept.ts",
    before: "...changesOf(origin.shared, asked.shared),",
    after: "",
    tests: kept,
  },
  {
    does: "other ports are deployed where both colours keep their settings",
    file: "rollout/policy/kept.ts",
    before: "...changesOf(origin.ground, asked.ground),",
    after: "",
    tests: kept,
  },
  {
    does: "a first deployment that died never gets the settings that mend it",
    file: "rollout/policy/kept.ts",
    before: "(record.ruleArn === null && record.rollout?.candidate === record.live)",
    after: "false",
    tests: kept,
  },
  {
    does: "no way home is left of a rollout that died, for its rollback target gets new tasks",
    file: "rollout/policy/kept.ts",
    before: "if (unfinished && (record.rollout?.rollbackTarget ?? record.weights)[of] > 0)",
    after: "if (false)",
    tests: kept,
  },
  {
    does: "the record cannot be read after a promotion, and no command works any more",
    file: "rollout/policy/conclusion.ts",
    before: "previous: { colour: retired, release: former, taskDefinition,",
    after: "previous: { colour: retired, ...record.slots[retired],",
    tests: ["tests/rollout/conclusion.test.ts"],
  },
];
