import type { Mutant } from "../mutant.ts";

const rules = ["packages/local-aws/tests/balancer-rules.test.ts"];
const calls = ["packages/local-aws/tests/services-elbv2.test.ts"];
const health = ["packages/local-aws/tests/balancer-health.test.ts"];
const likeTheCli = ["packages/pulumi-engine/tests/like-the-cli.test.ts"];
const patterns = ["packages/log-filter-pattern/tests/filter-pattern.test.ts"];

/** Mutants of what rehearsals and tests stand on: a wrong one makes a wrong release look right. */
export const packages: readonly Mutant[] = [
  {
    does: "the local balancer takes the last rule that holds, and a rehearsed pin proves nothing",
    file: "packages/local-aws/src/balancer/routes.ts",
    before: "a.priority - b.priority",
    after: "b.priority - a.priority",
    tests: rules,
  },
  {
    does: "the local balancer gives a slot of weight 0 requests now and then",
    file: "packages/local-aws/src/balancer/routes.ts",
    before: "if (left < 0) return group.arn;",
    after: "if (left <= 1) return group.arn;",
    tests: rules,
  },
  {
    does: "a rule of several conditions holds in the local balancer when one of them does",
    file: "packages/local-aws/src/balancer/conditions.ts",
    before: "predicates.every((holds)",
    after: "predicates.some((holds)",
    tests: rules,
  },
  {
    does: "a pattern without a star fits whatever begins with it",
    file: "packages/local-aws/src/balancer/wildcard.ts",
    before: "return p === pattern.length;",
    after: "return true;",
    tests: rules,
  },
  {
    does: "the local balancer sends users to targets that it knows to be unhealthy",
    file: "packages/local-aws/src/balancer/group.ts",
    before: "healthy.length > 0 ? healthy : registered",
    after: "registered",
    tests: health,
  },
  {
    does: "the local balancer has no fail-open, and a slot without a healthy target looks safe",
    file: "packages/local-aws/src/balancer/group.ts",
    before: "healthy.length > 0 ? healthy : registered",
    after: "healthy",
    tests: health,
  },
  {
    does: "no target group can be replaced in a rehearsal, for the new one has the name of the old one",
    file: "packages/pulumi-engine/src/engine/deployment.ts",
    before: "await this.#checked(urn, goal, provider, undefined)",
    after: "await this.#checked(urn, goal, provider, old)",
    tests: ["packages/pulumi-engine/tests/replaced-name.test.ts"],
  },
  {
    does: "a killed engine takes its plugins with it, and no rehearsal shows what a plugin does whose engine is gone",
    file: "packages/pulumi-engine/src/engine/processes/plugin-process.ts",
    before: '"by-stdin"',
    after: '"reaped"',
    tests: ["packages/pulumi-engine/tests/killed.test.ts"],
  },
  {
    does: "an output that the program newly calls a secret stays readable in the state until its next update",
    file: "packages/pulumi-engine/src/engine/deployment.ts",
    before: "markKeys(markLike(old.outputs, inputs), entry.additionalSecretOutputs ?? [])",
    after: "markLike(old.outputs, inputs)",
    tests: likeTheCli,
  },
  {
    does: "a dependent that was deleted for its replacement is checked with inputs of what is gone",
    file: "packages/pulumi-engine/src/engine/deployment.ts",
    before: "this.#deletedFirst.has(urn) ? undefined : old",
    after: "old",
    tests: likeTheCli,
  },
  {
    does: "a run with a target deletes what the program no longer wants besides",
    file: "packages/pulumi-engine/src/engine/deployment.ts",
    before: 'this.#isTarget(entry) ? "doomed" : "left"',
    after: '"doomed"',
    tests: likeTheCli,
  },
  {
    does: "who takes a protection away and replaces in one run is refused after the new resource was made",
    file: "packages/pulumi-engine/src/engine/deletion.ts",
    before: 'entry.delete !== true && protection(entry, "delete")',
    after: 'protection(entry, "delete")',
    tests: likeTheCli,
  },
  {
    does: "a refresh tells of no hand change, for it compares what is live with itself",
    file: "packages/pulumi-engine/src/engine/refresh.ts",
    before: "differences(provider, entry, live, entry.ignoreChanges ?? [])",
    after: "differences(provider, live, live, entry.ignoreChanges ?? [])",
    tests: likeTheCli,
  },
  {
    does: "a log pattern that excludes a word finds lines with it",
    file: "packages/log-filter-pattern/src/fits.ts",
    before: "!pattern.none.some((term) => line.includes(term))",
    after: "!pattern.none.every((term) => line.includes(term))",
    tests: patterns,
  },
  {
    does: "a log pattern of several words finds lines with one of them",
    file: "packages/log-filter-pattern/src/fits.ts",
    before: "pattern.all.every((term) => line.includes(term))",
    after: "pattern.all.some((term) => line.includes(term))",
    tests: patterns,
  },
  {
    does: "a child that a killed rehearsal could not tell of runs on",
    file: "packages/reaper/src/process.ts",
    before: 'if (!orderly && mark !== "") await killMarked();',
    after: "",
    tests: ["packages/reaper/tests/reaper.test.ts"],
  },
  {
    does: "a rehearsal finds no forged metric, for metrics are taken from the groups of tasks' sidecars alone",
    file: "packages/local-aws/src/index.ts",
    before: "takeEmbedded(cloud.metrics, { group, text, now: clock.now() })",
    after: 'group.endsWith("/sidecar") && takeEmbedded(cloud.metrics, { group, text, now: clock.now() })',
    tests: ["packages/local-aws/tests/services-logs.test.ts"],
  },
  {
    does: "a line with half a metric is a metric in rehearsal and none on AWS",
    file: "packages/local-aws/src/services/cloudwatch/embedded.ts",
    before: "all.length > mostValues || !all.every",
    after: "!all.every",
    tests: ["packages/local-aws/tests/services-logs.test.ts"],
  },
  {
    does: "a rule is rehearsed with an expression that no load balancer takes, and the up fails at AWS",
    file: "packages/local-aws/src/services/elbv2/actions.ts",
    before: "if (notInExpressions.test(expression))",
    after: 'if (expression === "never")',
    tests: calls,
  },
  {
    does: "a rule is rehearsed with more expressions than a load balancer takes",
    file: "packages/local-aws/src/services/elbv2/actions.ts",
    before: "[...values, ...expressions]",
    after: "[...values]",
    tests: calls,
  },
  {
    does: "the local balancer takes an expression for the whole of a path, and a rule that lets too much through looks right",
    file: "packages/local-aws/src/balancer/conditions.ts",
    before: "map((text) => new RegExp(text))",
    after: "map((text) => new RegExp(`^(?:${text})$`))",
    tests: rules,
  },
  {
    does: "a rehearsed deployment stops protected tasks, and on AWS it would wait for them",
    file: "packages/local-aws/src/services/ecs/scheduler.ts",
    before: "others.filter(free)",
    after: "others",
    tests: ["packages/local-aws/tests/ecs-protection.test.ts"],
  },
  {
    does: "whoever looks for a promise that never ends is shown none of the places where it was made",
    file: "packages/pulumi-engine/src/engine/processes/quick-start.cjs",
    before: "looksForLeaks ? undefined : quickly",
    after: "quickly",
    tests: ["packages/pulumi-engine/tests/quick-start.test.ts"],
  },
  {
    does: "a process that a killed CLI left behind is not found, as nobody is its parent any more",
    file: "packages/pulumi-engine/src/cli/running.ts",
    before: "if (!mark.every((entry) => environment.includes(entry))) return null;",
    after: "if (mark.every((entry) => environment.includes(entry))) return null;",
    tests: ["packages/pulumi-engine/tests/running.test.ts"],
  },
];
