import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  type LogGroupClass,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { Account } from "./account.ts";

let account: Account;
let logs: CloudWatchLogsClient;
let cloudwatch: CloudWatchClient;

before(async () => {
  account = await Account.open();
  logs = new CloudWatchLogsClient(account.settings());
  cloudwatch = new CloudWatchClient(account.settings());
});
after(async () => {
  logs.destroy();
  cloudwatch.destroy();
  await account[Symbol.asyncDispose]();
});

const now = Date.now();

/** A line in the embedded metric format; `over` stands in place of its members. */
const line = (Namespace: string, over: object = {}, about: object = {}, directive: object = {}): string =>
  JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace, Dimensions: [["Slot"]], Metrics: [{ Name: "Requests" }], ...directive },
      ],
      ...about,
    },
    Slot: "green",
    Requests: 7,
    ...over,
  });

async function written(group: string, text: string, logGroupClass?: LogGroupClass): Promise<void> {
  const of = { logGroupName: group, logStreamName: "any" };
  await logs.send(new CreateLogGroupCommand({ logGroupName: group, logGroupClass }));
  await logs.send(new CreateLogStreamCommand(of));
  await logs.send(new PutLogEventsCommand({ ...of, logEvents: [{ timestamp: now, message: text }] }));
}

const metricsOf = async (namespace: string): Promise<(string | undefined)[]> => {
  const found = await cloudwatch.send(new ListMetricsCommand({ Namespace: namespace }));
  return (found.Metrics ?? []).map(({ MetricName }) => MetricName);
};

/** How often lines of a group that are meant for metrics gave none, by the kind of error. */
async function refused(group: string, kind: string): Promise<number> {
  const Metric = {
    Namespace: "AWS/Logs",
    MetricName: kind,
    Dimensions: [{ Name: "LogGroupName", Value: group }],
  };
  const found = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - 600_000),
      EndTime: new Date(now + 600_000),
      MetricDataQueries: [{ Id: "m", MetricStat: { Metric, Period: 60, Stat: "Sum" } }],
    }),
  );
  return (found.MetricDataResults?.[0]?.Values ?? []).reduce((sum, value) => sum + value, 0);
}

test("metrics are taken out of a line of any log group, whoever wrote it", async () => {
  await written("/somebody/else", line("Any/Group"));
  assert.deepEqual(await metricsOf("Any/Group"), ["Requests"]);
  assert.equal(await refused("/somebody/else", "EMFValidationErrors"), 0);
});

test("a histogram's values are taken as often as its counts say", async () => {
  const Requests = { Values: [3, 7], Counts: [2, 5], Min: 3, Max: 7, Count: 99, Sum: 41 };
  await written("/counted", line("Any/Counted", { Requests }));
  const Metric = {
    Namespace: "Any/Counted",
    MetricName: "Requests",
    Dimensions: [{ Name: "Slot", Value: "green" }],
  };
  const of = async (Stat: string) => {
    const found = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - 600_000),
        EndTime: new Date(now + 600_000),
        MetricDataQueries: [{ Id: "m", MetricStat: { Metric, Period: 60, Stat } }],
      }),
    );
    return found.MetricDataResults?.[0]?.Values?.[0];
  };
  assert.deepEqual([await of("SampleCount"), await of("Sum"), await of("p20")], [7, 41, 3]);
});

test("no metric comes out of a log group that is read infrequently", async () => {
  await written("/rarely", line("Rarely/Read"), "INFREQUENT_ACCESS");
  assert.deepEqual(await metricsOf("Rarely/Read"), []);
});

for (const [what, kind, text] of [
  ["no time", "EMFParsingErrors", line("Bad/A", {}, { Timestamp: undefined })],
  ["a time as text", "EMFParsingErrors", line("Bad/B", {}, { Timestamp: "now" })],
  ["no namespace", "EMFParsingErrors", line("")],
  ["no set of dimensions", "EMFParsingErrors", line("Bad/D", {}, {}, { Dimensions: [] })],
  [
    "31 dimensions",
    "EMFParsingErrors",
    line("Bad/E", {}, {}, { Dimensions: [Array.from({ length: 31 }, () => "Slot")] }),
  ],
  [
    "101 metrics",
    "EMFParsingErrors",
    line("Bad/F", {}, {}, { Metrics: Array.from({ length: 101 }, () => ({ Name: "Requests" })) }),
  ],
  ["no directives", "EMFParsingErrors", line("Bad/G", {}, { CloudWatchMetrics: "none" })],
  ["a dimension that is no text", "EMFValidationErrors", line("Bad/H", { Slot: 1 })],
  ["a dimension that is not there", "EMFValidationErrors", line("Bad/I", { Slot: undefined })],
  ["a value that is no number", "EMFValidationErrors", line("Bad/J", { Requests: "7" })],
  ["101 values", "EMFValidationErrors", line("Bad/K", { Requests: Array.from({ length: 101 }, () => 1) })],
  [
    "more values than counts",
    "EMFValidationErrors",
    line("Bad/N", { Requests: { Values: [1, 2], Counts: [1] } }),
  ],
  ["a count of none", "EMFValidationErrors", line("Bad/O", { Requests: { Values: [1], Counts: [0] } })],
  ["a time of 15 days ago", "EMFValidationErrors", line("Bad/L", {}, { Timestamp: now - 15 * 86_400_000 })],
  ["a time in three hours", "EMFValidationErrors", line("Bad/M", {}, { Timestamp: now + 3 * 3_600_000 })],
] as const)
  test(`a line with ${what} gives no metric, and its group an error`, async () => {
    const group = `/bad/${what.replaceAll(" ", "-")}`;
    await written(group, text);
    assert.equal(await refused(group, kind), 1);
    for (const letter of "ABDEFGHIJKLM") assert.deepEqual(await metricsOf(`Bad/${letter}`), []);
  });

test("a line that only looks like one is nobody's error", async () => {
  for (const [at, text] of [
    '{"_aws": 1}',
    '{"_aws": {}}',
    "_aws",
    '{"_aws": {"CloudWatchMetrics"',
  ].entries()) {
    await written(`/looks/${at}`, text);
    assert.equal(await refused(`/looks/${at}`, "EMFParsingErrors"), 0);
  }
});
