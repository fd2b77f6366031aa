import type { Mutant } from "../mutant.ts";

/** Mutants of the judge of rehearsals. */
export const rehearsal: readonly Mutant[] = [
  {
    does: 'a broken release is deployed on "3 of 3 promises kept"',
    file: "rehearsal/report.ts",
    before: "results.filter(({ asPromised }) => asPromised).length",
    after: "results.length",
    tests: ["tests/rehearsal/broken-report.test.ts"],
  },
  {
    does: "a scenario of which one promise broke counts as kept",
    file: "rehearsal/scenarios/scenario.ts",
    before: "asPromised: said.held.every(({ ok }) => ok),",
    after: "asPromised: said.held.some(({ ok }) => ok),",
    tests: ["tests/rehearsal/broken.test.ts"],
  },
  {
    does: "a release that users saw fail counts as kept, for the gates did not count it",
    file: "rehearsal/scenarios/scenario.ts",
    before: "held: [...said.held, ...play.witnessed]",
    after: "held: said.held",
    tests: ["tests/rehearsal/broken.test.ts"],
  },
  {
    does: "a rehearsal on which a promise broke ends with 0, and the pipeline deploys",
    file: "rehearsal/main.ts",
    before: "return exitCodeOf(results);",
    after: "return 0;",
    tests: ["tests/rehearsal/broken.test.ts"],
  },
  {
    does: "what broke beside a starved scenario ends with 3, and is played again until it passes",
    file: "rehearsal/report.ts",
    before: "broken.some(({ inconclusive }) => inconclusive === undefined)",
    after: "broken.every(({ inconclusive }) => inconclusive === undefined)",
    tests: ["tests/rehearsal/report.test.ts"],
  },
  {
    does: "every broken promise is the machine's fault, for one late turn in twenty is always found",
    file: "rehearsal/pulse.ts",
    before: "this.p95Ms < starvedMs && load < starvedLoad",
    after: "this.p95Ms < starvedMs && load < 0",
    tests: ["tests/rehearsal/report.test.ts"],
  },
  {
    does: "a plan whose steps are not those that are walked counts as kept",
    file: "rehearsal/scenarios/planned.ts",
    before: "steps.length > 0 && apart.length === 0,",
    after: "steps.length > 0,",
    tests: ["tests/rehearsal/planned.test.ts"],
  },
  {
    does: "a rollout that takes longer than its plan's longest time counts as planned",
    file: "rehearsal/scenarios/planned.ts",
    before: "took >= shortestMs && took <= longestMs,",
    after: "took >= shortestMs,",
    tests: ["tests/rehearsal/planned.test.ts"],
  },
  {
    does: "a rehearsal is broken by chance each hundredth time: what was known when the plan was made counts as certain",
    file: "domain/may-meet.ts",
    before: "const part = (share * ms) / (seen.ms + share * ms);",
    after: "const part = (share * ms) / (seen.ms + share * ms) / 1.1;",
    tests: ["tests/domain/may-meet.test.ts"],
  },
];
