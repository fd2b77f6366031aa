import type { Mutant } from "../mutant.ts";

const alarms = ["tests/infra/alarms.test.ts", "tests/infra/stack-alarms.test.ts"];
const program = ["tests/infra/program.test.ts"];
const settings = ["tests/infra/settings-together.test.ts"];

/** Mutants of what the stack makes. */
export const infra: readonly Mutant[] = [
  {
    does: "one user in three waits too long and no alarm rings, for it judges the median",
    file: "infra/alarms.ts",
    before: 'summed("p95", own("AnalysisLatency"), colour, "p95")',
    after: 'summed("p95", own("AnalysisLatency"), colour, "p50")',
    tests: alarms,
  },
  {
    does: "the certificate's alarm rings while there is time, and is silent as it runs out",
    file: "infra/alarms.ts",
    before: 'comparisonOperator: "LessThanThreshold",\n              threshold: 14',
    after: 'comparisonOperator: "GreaterThanThreshold",\n              threshold: 14',
    tests: alarms,
  },
  {
    does: "users get 5xx from the balancer and no alarm rings, for it reads those of no balancer",
    file: "infra/alarms.ts",
    before: "dimensions: { LoadBalancer: has.loadBalancer },",
    after: "",
    tests: alarms,
  },
  {
    does: "the guardian has died and no alarm rings",
    file: "infra/alarms.ts",
    before: 'treatMissingData: "breaching"',
    after: 'treatMissingData: "notBreaching"',
    tests: alarms,
  },
  {
    does: "users are sent to an empty slot and no alarm rings",
    file: "infra/alarms.ts",
    before: "FILL(healthy, 0) < 1",
    after: "healthy < 0",
    tests: alarms,
  },
  {
    does: "an idle slot rings for telemetry every night, until nobody listens to that alarm",
    file: "infra/alarms.ts",
    before: "IF(weight > 0 AND FILL(reports, 0) < 1, 1, 0)",
    after: "IF(FILL(reports, 0) < 1, 1, 0)",
    tests: alarms,
  },
  {
    does: "an hour without users rings for lost telemetry, for zeros are taken for silence",
    file: "infra/alarms.ts",
    before: 'metric("reports", own("Requests"), colour, "SampleCount")',
    after: 'metric("reports", own("Requests"), colour, "Sum")',
    tests: alarms,
  },
  {
    does: "an empty green slot with weight rings nothing, for blue's weight is looked at",
    file: "infra/alarms.ts",
    before: 'metric("weight", guardianName("Weight"), colour, "Maximum"),\n          metric("healthy"',
    after: 'metric("weight", guardianName("Weight"), "blue", "Maximum"),\n          metric("healthy"',
    tests: alarms,
  },
  {
    does: "every idle stream is cut before its heartbeat, and users see their sessions break",
    file: "infra/balancer.ts",
    before: "idleTimeout: 120",
    after: "idleTimeout: 12",
    tests: settings,
  },
  {
    does: "a hub meant for the inside faces the internet",
    file: "infra/balancer.ts",
    before: "internal: !access.internetFacing",
    after: "internal: access.internetFacing",
    tests: settings,
  },
  {
    does: "sessions move between slots in mid-air, for the weighted rule comes before the pins",
    file: "infra/balancer.ts",
    before: "weighted: 100",
    after: "weighted: 5",
    tests: settings,
  },
  {
    does: "a probe's header takes a session to another slot than its pin",
    file: "infra/balancer.ts",
    before: "probe: { blue: 30, green: 31 }",
    after: "probe: { blue: 3, green: 4 }",
    tests: settings,
  },
  {
    does: "a stopping task cuts its users' streams, for it is killed before they have ended",
    file: "infra/containers.ts",
    before: "const sidecarStopTimeout = 90",
    after: "const sidecarStopTimeout = 60",
    tests: settings,
  },
  {
    does: "a task with sessions is scaled in, for its protection ends before it is renewed",
    file: "sidecar/drain/protection.ts",
    before: "const renewMs = 240_000",
    after: "const renewMs = 640_000",
    tests: settings,
  },
  {
    does: "two renewals fail, and somebody else shifts the same traffic",
    file: "domain/limits.ts",
    before: "leaseRenewMs: 15_000",
    after: "leaseRenewMs: 45_000",
    tests: settings,
  },
  {
    does: "a hub finds the metrics' namespace in its own environment, and prints what alarms then count",
    file: "infra/containers.ts",
    before: "HUB_PORT: String(hub.port),",
    after: "HUB_PORT: String(hub.port),\n      HUB_NAMESPACE: facts.namespace,",
    tests: program,
  },
  {
    does: "what a hub prints stands in the group that gates read",
    file: "infra/containers.ts",
    before: "logConfiguration: logging(facts.logGroup, facts)",
    after: "logConfiguration: logging(facts.sidecarLogGroup, facts)",
    tests: program,
  },
  {
    does: "a hub reads all of the record with its task's role, and in it where the metrics are",
    file: "infra/policies.ts",
    before: 'allow(["dynamodb:GetItem"], [table], onlyFlag(item))',
    after: 'allow(["dynamodb:GetItem"], [table], onlyItem(item))',
    tests: program,
  },
  {
    does: "a hub that asks the record for no attribute by name gets all of them",
    file: "infra/policies.ts",
    before: 'Null: { "dynamodb:Attributes": "false" },',
    after: "",
    tests: program,
  },
  {
    does: "every stack's metrics have the same namespace, which a user of any hub may have it print",
    file: "rollout/plugin/metric-namespace.ts",
    before: "draw(drawnBytes)",
    after: "Buffer.alloc(drawnBytes)",
    tests: ["tests/rollout/metric-namespace.test.ts"],
  },
];
