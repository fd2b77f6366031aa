import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { Account } from "local-aws/testing";
import { Clients } from "../../checks/core/clients.ts";
import { contextFor } from "../../checks/core/context.ts";
import { accessGroup } from "../../checks/logs/access-group.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import { stagingLog } from "../../checks/preflight/staging-log.ts";
import { logSource } from "../../checks/sources/logs.ts";
import { colours } from "../../domain/colour.ts";
import { thresholds } from "../../domain/spec.ts";
import { metricNamespaceOf } from "../../domain/telemetry.ts";
import { slotAlarms, stackAlarms } from "../../infra/alarms.ts";
import { slotLogGroup } from "../../infra/stack-names.ts";
import { metricNamespace } from "../../rollout/plugin/metric-namespace.ts";
import { Metrics } from "../../sidecar/observe/metrics.ts";
import { putAlarm } from "../infra/alarm-room.ts";
import { accessLine } from "./fixtures/access.ts";
import { contextWith, sourcesWith } from "./fixtures/context.ts";
import { inputsFor } from "./fixtures/inputs.ts";

const place = { project: "hub", stack: "test" };
const guessable = metricNamespaceOf(place.project, place.stack);
const urn = "urn:pulumi:test::hub::hub:index:Hub$trafficswitch:index:MetricNamespace::metrics";
const hubGroup = slotLogGroup(place, "green");
const began = Date.now();
const { signal } = new AbortController();

let account: Account;
let namespace: string;

before(async () => {
  account = await Account.open();
  // Checks make their clients as in production, from what is in the environment.
  Object.assign(process.env, account.aws.env);
  const { create } = metricNamespace((bytes) => Buffer.alloc(bytes, 0x5a));
  ({ namespace } = (await create(urn, { start: guessable })).outs as { namespace: string });
  const logs = new CloudWatchLogsClient(account.settings());
  for (const name of [hubGroup, `${hubGroup}/sidecar`])
    await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  logs.destroy();
});
after(() => account[Symbol.asyncDispose]());

const inputs = () => {
  const base = inputsFor("http://hub.test", {
    logGroups: { blue: slotLogGroup(place, "blue"), green: hubGroup },
    metricNamespace: namespace,
  });
  return { ...base, hub: { ...base.hub, signingSecret: "hub/signing" } };
};

/** What the containers of a task print goes where the task definition says: each to a stream of its own. */
const print = (container: "hub" | "sidecar", group: string, line: string) =>
  account.aws.logs.take(group, `task/${container}/0123456789abcdef`, line);

/** The report of a sidecar that saw this many faults two minutes ago: alarms look at whole minutes. */
function report(inNamespace: string, faults: number): string[] {
  const metrics = new Metrics(inNamespace, "green", () => Date.now() - 120_000);
  metrics.count("Requests", Math.max(faults, 100));
  metrics.count("ServerFaults", faults);
  return metrics.report();
}

/** What a hub prints that repeats its users' text, each as a line of its own. */
const forged = () => [
  ...Array.from({ length: 200 }, (_, request) =>
    accessLine({ request: 10_000 + request, outcome: "server-fault", cause: "HTTP 500" }),
  ),
  ...[guessable, `${guessable}/`, `${guessable}/0`, "McpHub"].flatMap((guess) => report(guess, 100_000)),
];

test("no sample of a gate is taken from what a hub prints", async () => {
  const context = await contextFor(inputs(), "green", {
    now: () => began - 60_000,
    signingKey: "key",
    token: null,
    signal,
  });
  for (let request = 1; request <= 3; request += 1)
    print("sidecar", `${hubGroup}/sidecar`, accessLine({ request }));
  for (const line of forged()) print("hub", hubGroup, line);
  // Where no hub writes. Were it to, it would not be believed.
  for (const line of forged()) print("hub", `${hubGroup}/sidecar`, line);
  await context.logs.green?.look(Date.now() + 1_000, signal);
  const seen = context.samples.of("green", 0).map(({ outcome }) => outcome);
  assert.deepEqual(seen, ["ok", "ok", "ok"]);
  await context.close();

  const elsewhere = new Samples();
  const source = context.sources.logs;
  const of = { source, slot: "green", tool: "t", from: began - 60_000, samples: elsewhere } as const;
  await new SlotLog({ ...of, group: hubGroup }).look(Date.now() + 1_000, signal);
  assert.deepEqual(elsewhere.of("green", 0), []);
});

/** What staging's log shows of its users, and how many lines it holds. */
async function ofStaging(logGroup: string) {
  const clients = new Clients();
  const since = new Date(began - 3_600_000).toISOString();
  const found = await stagingLog(
    contextWith({
      now: () => Date.now() + 1_000,
      release: { staging: { since, stack: { logGroup, slot: "green" } } },
      sources: sourcesWith({ logs: logSource(clients) }),
    }),
  );
  clients.close();
  return { lines: found?.lines, users: found?.users.why.split(":")[0] };
}

test("staging's users are those that its sidecars tell of, in a group beside the hub's or in a former stack's one group", async () => {
  const logs = new CloudWatchLogsClient(account.settings());
  const former = "/former/staging/green";
  const pairs = [
    ["/hub/staging/green", "/hub/staging/green/sidecar"],
    [former, former],
  ] as const;
  for (const name of new Set(pairs.flat()))
    await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  logs.destroy();
  for (const [hub, sidecar] of pairs) {
    for (const line of forged()) print("hub", hub, line);
    print("sidecar", sidecar, accessLine({ request: 1 }));
    print("sidecar", sidecar, accessLine({ request: 2, outcome: "server-fault" }));
  }
  const told = "1 of 2 requests not answered well (50 %)";
  assert.deepEqual(await ofStaging("/hub/staging/green"), { lines: 2, users: told });
  assert.deepEqual(await ofStaging(former), { lines: 206, users: told });
});

test("without a sidecar nobody has a group beside the hub's", () => {
  const { logGroups, hub } = inputs();
  assert.equal(accessGroup(logGroups, {}, "green"), hubGroup);
  assert.equal(accessGroup(logGroups, hub, "green"), `${hubGroup}/sidecar`);
  assert.equal(accessGroup({ blue: "", green: "" }, hub, "green"), "");
});

test("no metric of an alarm changes by what a hub prints, and by its sidecar's report it does", async () => {
  const client = new CloudWatch(account.settings());
  const limits = thresholds.parse({});
  const naming = { prefix: "hub-test", namespace };
  const alarms = [
    ...colours.flatMap((colour) => slotAlarms(naming, colour, limits)),
    ...stackAlarms(naming, limits, { loadBalancer: "app/hub/1" }),
  ];
  for (const plan of alarms) await putAlarm(plan, { cloudwatch: async () => client });
  const { MetricAlarms = [] } = await client.describeAlarms({});
  assert.equal(MetricAlarms.length, alarms.length);
  const asked = MetricAlarms.flatMap(({ Metrics: queries, ...of }) =>
    queries === undefined
      ? [{ Metric: { Namespace: of.Namespace, MetricName: of.MetricName, Dimensions: of.Dimensions } }]
      : queries.flatMap(({ MetricStat }) => (MetricStat ? [{ Metric: MetricStat.Metric }] : [])),
  );
  /** Every sample that any of the alarms could see. */
  const values = async () => {
    const MetricDataQueries = asked.map(({ Metric }, at) => ({
      Id: `m${at}`,
      MetricStat: { Metric, Period: 60, Stat: "Sum" },
    }));
    const EndTime = new Date(Date.now() + 600_000);
    const StartTime = new Date(began - 600_000);
    const found = await client.getMetricData({ MetricDataQueries, StartTime, EndTime });
    return found.MetricDataResults?.map(({ Id, Values }) => [Id, Values]);
  };
  const ringing = async () => {
    account.aws.cloudwatch.judgeAlarms();
    const { MetricAlarms: found = [] } = await client.describeAlarms({ StateValue: "ALARM" });
    return found.map(({ AlarmName }) => AlarmName).filter((name) => name !== "hub-test-guardian-silent");
  };
  for (const line of report(namespace, 0)) print("sidecar", `${hubGroup}/sidecar`, line);
  const before = await values();
  for (const line of forged()) print("hub", hubGroup, line);
  assert.deepEqual(await values(), before);
  assert.deepEqual(await ringing(), []);

  for (const line of report(namespace, 100_000)) print("sidecar", `${hubGroup}/sidecar`, line);
  assert.notDeepEqual(await values(), before);
  assert.deepEqual(await ringing(), ["hub-test-green-error-rate"]);
  client.destroy();
});
