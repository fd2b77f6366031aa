import type { Mutant } from "../mutant.ts";

const tests = ["tests/rollout/guardian-account.test.ts"];

/** Mutants of the guardian's eyes and handler. */
export const guardian: readonly Mutant[] = [
  {
    does: "a good release is rolled back because alarms exist, whether they ring or not",
    file: "rollout/guardian/rung-alarms.ts",
    before: '      StateValue: "ALARM",\n',
    after: "",
    tests,
  },
  {
    does: "a good release is rolled back for the alarms of the slot that nobody uses",
    file: "rollout/guardian/observation.ts",
    before: "inputs.alarms[record.live]",
    after: "inputs.alarms[other(record.live)]",
    tests,
  },
  {
    does: "users fail and on-call is never paged",
    file: "rollout/guardian/observation.ts",
    before: "if (inputs.topics.onCall === undefined) return;",
    after: "return;",
    tests,
  },
  {
    does: "the team is told in place of on-call, and nobody comes at night",
    file: "rollout/guardian/observation.ts",
    before: "TopicArn: inputs.topics.onCall",
    after: "TopicArn: inputs.topics.team",
    tests,
  },
  {
    does: "the alarm of an empty slot with weight looks at the other slot's targets",
    file: "rollout/guardian/publish.ts",
    before: 'metric("HealthyTargets", observation.healthy[of], of)',
    after: 'metric("HealthyTargets", observation.healthy[of === "blue" ? "green" : "blue"], of)',
    tests,
  },
  {
    does: "the guardian sends users back to an empty slot, for it counts the other's targets",
    file: "rollout/guardian/observation.ts",
    before: "ports.capacity.healthy(of)",
    after: "ports.capacity.healthy(other(of))",
    tests,
  },
  {
    does: "the guardian goes back to a slot that runs another release, for it looks at the other service",
    file: "rollout/guardian/running-definitions.ts",
    before: "serviceName: services[of]",
    after: 'serviceName: services[of === "blue" ? "green" : "blue"]',
    tests,
  },
  {
    does: "a slot is retired while its users have sessions, for the other colour's are counted",
    file: "rollout/guardian/open-sessions.ts",
    before: "Dimensions: [{ Name: metricDimension, Value: of }]",
    after: 'Dimensions: [{ Name: metricDimension, Value: of === "blue" ? "green" : "blue" }]',
    tests,
  },
  {
    does: "a slot is retired on the oldest report of its sessions",
    file: "rollout/guardian/open-sessions.ts",
    before: '"TimestampDescending"',
    after: '"TimestampAscending"',
    tests,
  },
  {
    does: "the guardian fails at every tick, for it takes a role that is not its own",
    file: "rollout/guardian/handler.ts",
    before: "roleArn: undefined",
    after: "roleArn: inputs.value.roleArn",
    tests,
  },
  {
    does: "on-call is told the same every minute, until somebody mutes the topic",
    file: "rollout/guardian/page.ts",
    before: "record.paged?.why === why && now - record.paged.at < limits.pageAgainMs",
    after: "record.paged?.why === why && now - record.paged.at < 0",
    tests: ["tests/rollout/guardian-decision.test.ts", "tests/rollout/guardian.test.ts"],
  },
  {
    does: "a slot that is kept warm counts the minute in which its last session ended, for ever",
    file: "rollout/guardian/open-sessions.ts",
    before: "Math.ceil(retirement.since / reportMs)",
    after: "Math.floor(retirement.since / reportMs)",
    tests: ["tests/rollout/guardian-decision.test.ts"],
  },
  {
    does: "a slot without a single report counts as empty, and its users are cut off",
    file: "rollout/guardian/open-sessions.ts",
    before: "Values?.[0] ?? null",
    after: "Values?.[0] ?? 0",
    tests: ["tests/rollout/guardian-account.test.ts", "tests/rollout/guardian-observation.test.ts"],
  },
];
