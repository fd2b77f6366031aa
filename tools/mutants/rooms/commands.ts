import type { Mutant } from "../mutant.ts";

const tests = ["tests/rollout/commands-text.test.ts", "tests/rollout/commands-endings.test.ts"];

/** Mutants of the commands for emergencies. */
export const commands: readonly Mutant[] = [
  {
    does: "a rollback sends everybody to a slot without a healthy target",
    file: "rollout/commands/by-hand.ts",
    before: "healthy[of] < 1",
    after: "healthy[of] < 0",
    tests,
  },
  {
    does: "a rollback that nobody proved ends with 0, and the pipeline goes on",
    file: "rollout/commands/by-hand.ts",
    before: "return proved ? exit.ok : exit.inconclusive;",
    after: "return exit.ok;",
    tests,
  },
  {
    does: "a rollback that broke off at an unforeseen error ends with 0",
    file: "rollout/commands/command.ts",
    before: "exit.usage : otherwise",
    after: "exit.usage : exit.ok",
    tests,
  },
  {
    does: "status of a rule that somebody edited by hand ends with 0",
    file: "rollout/commands/status.ts",
    before: "? exit.ok\n    : exit.failed",
    after: "? exit.ok\n    : exit.ok",
    tests,
  },
  {
    does: "status shows the other colour's targets, and a person goes back to an empty slot",
    file: "rollout/commands/status.ts",
    before: "healthy: { blue, green },",
    after: "healthy: { blue: green, green: blue },",
    tests,
  },
  {
    does: "status prints nothing to whoever types it in an emergency",
    file: "rollout/commands/status.ts",
    before: 'process.stdout.write(`${lines(target, seen).join("\\n")}\\n`)',
    after: "lines(target, seen)",
    tests,
  },
  {
    does: "an abort without a rollout sends users back to the previous release",
    file: "rollout/commands/abort.ts",
    before: "found.rollout === null ? null : rollbackOf(found, Date.now())",
    after: "rollbackOf(found, Date.now())",
    tests,
  },
  {
    does: "a rollback goes back past the end of its window, to a slot that is being retired",
    file: "rollout/commands/rollback.ts",
    before: "rollbackOf(found, Date.now())",
    after: "rollbackOf(found, 0)",
    tests,
  },
  {
    does: "a status that could not look ends as if the rule had been edited",
    file: "rollout/commands/status.ts",
    before: "main(status, exit.inconclusive)",
    after: "main(status)",
    tests,
  },
  {
    does: "--force with any word at all sends users to an empty slot",
    file: "rollout/commands/command.ts",
    before: "values.force !== undefined && values.force !== noHealthyTarget",
    after: 'values.force === ""',
    tests,
  },
  {
    does: "a rollback in an emergency acts by a profile that the person at the keyboard has not",
    file: "rollout/commands/target.ts",
    before: "region, profile: undefined }",
    after: "region }",
    tests,
  },
  {
    does: "the stack's region goes unheard, and a rollback looks for its record in another one",
    file: "rollout/commands/target.ts",
    before: "[stackFile.region, AWS_REGION, AWS_DEFAULT_REGION]",
    after: "[AWS_REGION, AWS_DEFAULT_REGION, stackFile.region]",
    tests,
  },
  {
    does: "a person names one rule, and the traffic of another one is moved",
    file: "rollout/commands/target.ts",
    before: "flags.rule !== undefined && record.ruleArn !== flags.rule",
    after: "flags.rule === null",
    tests: ["tests/rollout/commands.test.ts", ...tests],
  },
];
