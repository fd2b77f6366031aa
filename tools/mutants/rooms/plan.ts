import type { Mutant } from "../mutant.ts";

const golden = ["tests/plan/golden.test.ts"];
const items = ["tests/plan/open-items.test.ts"];
const comment = ["tests/plan/comment.test.ts"];

/** Mutants of what a plan says before anything is done. */
export const plan: readonly Mutant[] = [
  {
    does: "a plan promises one more rollback window than there is: to the slot that goes live",
    file: "plan/build.ts",
    before: "after the promotion ${other(candidate)} is one change away",
    after: "after the promotion ${candidate} is one change away",
    tests: golden,
  },
  {
    does: "a plan tells no firing alarm",
    file: "plan/build.ts",
    before: "firing: foreseen.firing,",
    after: "firing: [],",
    tests: golden,
  },
  {
    does: "a plan whose checks need more samples than come says nothing of it",
    file: "plan/users.ts",
    before: "requests.high >= minimumSamples",
    after: "requests.high >= 0",
    tests: golden,
  },
  {
    does: "a plan says how many users a fault meets as if it were noticed at once",
    file: "plan/users.ts",
    before: " + lookMs;",
    after: ";",
    tests: golden,
  },
  {
    does: "a plan's longest time leaves out what a gate that cannot tell takes",
    file: "plan/users.ts",
    before: "bake.max + extensionMs + overrunMs + proofMs",
    after: "bake.max + overrunMs + proofMs",
    tests: golden,
  },
  {
    does: "a rehearsal of another release counts as this one's",
    file: "plan/open-items.ts",
    before: "rehearsal.release !== release &&",
    after: "rehearsal.release === release &&",
    tests: items,
  },
  {
    does: "one critical bug is no reason to wait",
    file: "plan/open-items.ts",
    before: "bugs.openCritical > 0",
    after: "bugs.openCritical > 1",
    tests: items,
  },
  {
    does: "who was on call last week is on call",
    file: "plan/open-items.ts",
    before: "return now > Date.parse(until) &&",
    after: "return now < 0 &&",
    tests: items,
  },
  {
    does: "a comment longer than GitHub takes is sent, and refused as a whole",
    file: "plan/comment.ts",
    before: "if (used > room) break;",
    after: "",
    tests: comment,
  },
  {
    does: "fences in a resource end the comment's own, and the rest is read as Markdown",
    file: "plan/comment.ts",
    before: "longestFence(diff) + 1",
    after: "0",
    tests: comment,
  },
  {
    does: "a plan runs out of a terminal of 100 columns",
    file: "plan/text.ts",
    before: 'lines.map((line) => behind("  ", line))',
    after: "lines.map((line) => `  ${line}`)",
    tests: golden,
  },
  {
    does: "whoever moves no weight is told how long the credentials must last",
    file: "infra/guards.ts",
    before: "preview.steps.length === 0 ? 0 : longestWalkMs(config.rollout, preview.steps)",
    after: "longestWalkMs(config.rollout, config.rollout.steps)",
    tests: golden,
  },
  {
    does: "a plan does not say that a step waits for a person",
    file: "plan/users.ts",
    before: "approval: approval && {",
    after: "approval: null && {",
    tests: golden,
  },
];
