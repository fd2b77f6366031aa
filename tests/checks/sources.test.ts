import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { RegisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Account } from "local-aws/testing";
import { Clients } from "../../checks/core/clients.ts";
import { alarmSource } from "../../checks/sources/alarms.ts";
import { logSource } from "../../checks/sources/logs.ts";
import { metricSource } from "../../checks/sources/metrics.ts";
import { recordSource } from "../../checks/sources/record.ts";
import { secretSource } from "../../checks/sources/secrets.ts";
import { serviceSource } from "../../checks/sources/services.ts";
import { targetSource } from "../../checks/sources/targets.ts";
import { topicSource } from "../../checks/sources/topics.ts";
import { metricDimension } from "../../domain/telemetry.ts";

let account: Account;
let clients: Clients;
const { signal } = new AbortController();
const minute = 60_000;

before(async () => {
  // Whatever is listed has one item a page.
  account = await Account.open({ pageSize: 1 });
  // The sources make their clients as in production, from what is in the environment.
  Object.assign(process.env, account.aws.env);
  clients = new Clients();
});
after(async () => {
  clients.close();
  await account[Symbol.asyncDispose]();
});

test("metrics: sums and percentiles a minute, and no point where there was no data", async () => {
  const cloudwatch = new CloudWatchClient(account.settings());
  const start = Math.floor(Date.now() / minute) * minute - 10 * minute;
  const put = (MetricName: string, at: number, ...Values: number[]) => ({
    MetricName,
    Values,
    Timestamp: new Date(at),
    Dimensions: [{ Name: metricDimension, Value: "green" }],
  });
  const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
  const MetricData = [
    put("Requests", start, 1, 2),
    put("Requests", start + minute, 4),
    put("AnalysisLatency", start, ...hundred),
  ];
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: "McpHub/p/s", MetricData }));
  cloudwatch.destroy();
  const of = {
    namespace: "McpHub/p/s",
    slot: "green",
    periodSeconds: 60,
    from: start,
    to: start + 5 * minute,
  };
  const [requests, p95, none, elsewhere] = await metricSource(clients).read(
    [
      { ...of, metric: "Requests", statistic: "Sum" },
      { ...of, metric: "AnalysisLatency", statistic: "p95" },
      { ...of, metric: "Requests", slot: "blue", statistic: "Sum" },
      { ...of, namespace: "McpHub/p/other", metric: "Requests", statistic: "Sum" },
    ],
    signal,
  );
  assert.deepEqual(requests, [
    { at: start, value: 3 },
    { at: start + minute, value: 4 },
  ]);
  assert.ok(Math.abs((p95?.[0]?.value ?? 0) - 95) <= 1, JSON.stringify(p95));
  assert.deepEqual([none, elsewhere], [[], []]);
});

test("logs: lines are written to a stream that is made once, and read by span, stream and pattern", async () => {
  const logs = new CloudWatchLogsClient(account.settings());
  await logs.send(new CreateLogGroupCommand({ logGroupName: "hub-green" }));
  logs.destroy();
  const source = logSource(clients);
  const at = Date.now() - minute;
  for (const [stream, after, text] of [
    ["a", 0, "hub started"],
    ["a", 1_000, "ERROR: torn"],
    ["b", 2_000, "ERROR: elsewhere"],
  ] as const)
    await source.write({ group: "hub-green", stream, at: at + after, text });
  const texts = async (over: object) =>
    (await source.lines({ group: "hub-green", from: at, to: at + minute, most: 100, ...over }, signal)).map(
      ({ text }) => text,
    );
  assert.deepEqual(await texts({}), ["hub started", "ERROR: torn", "ERROR: elsewhere"]);
  assert.deepEqual(await texts({ stream: "a" }), ["hub started", "ERROR: torn"]);
  assert.deepEqual(await texts({ pattern: "ERROR", from: at + 1_500 }), ["ERROR: elsewhere"]);
  assert.deepEqual(await texts({ most: 1 }), ["hub started"]);
  await assert.rejects(source.lines({ group: "none", from: 0, to: 1, most: 1 }, signal), /does not exist/);
});

test("alarms: state, reason and who is notified; one that does not exist is left out", async () => {
  const cloudwatch = new CloudWatchClient(account.settings());
  const topic = "arn:aws:sns:us-east-1:123456789012:on-call";
  for (const AlarmName of ["errors", "latency"])
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: "N",
        MetricName: "M",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
        ActionsEnabled: AlarmName === "errors",
        AlarmActions: AlarmName === "errors" ? [topic] : [],
      }),
    );
  const fired = { AlarmName: "latency", StateValue: "ALARM", StateReason: "by hand" } as const;
  await cloudwatch.send(new SetAlarmStateCommand(fired));
  cloudwatch.destroy();
  const found = await alarmSource(clients).states(["errors", "latency", "none"], signal);
  const byName = Object.fromEntries(found.map((alarm) => [alarm.name, alarm]));
  assert.deepEqual(Object.keys(byName).sort(), ["errors", "latency"]);
  assert.deepEqual(byName["errors"]?.actions, [topic]);
  assert.notEqual(byName["errors"]?.state, "ALARM");
  const { state, reason, actions, actionsEnabled } = byName["latency"] ?? {};
  assert.deepEqual([state, reason, actions, actionsEnabled], ["ALARM", "by hand", [], false]);
});

test("targets: an empty group has none, and one that nothing forwards to has no healthy target", async () => {
  const arn = await account.makeTargetGroup("green");
  const source = targetSource(clients);
  const none = { healthy: 0, unhealthy: 0, initial: 0, draining: 0, reasons: [] };
  assert.deepEqual(await source.health(arn, signal), none);
  const Targets = [{ Id: "127.0.0.1", Port: 9 }];
  await account.elb.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
  const { healthy, unhealthy, reasons } = await source.health(arn, signal);
  assert.deepEqual([healthy, unhealthy, reasons], [0, 1, ["Target.NotInUse"]]);
  await assert.rejects(source.health(`${arn}x`, signal), /not found|does not exist|not valid/i);
});

test("services: counts, the one task definition and its facts; an unknown service is named", async () => {
  const ecs = new ECSClient(account.settings());
  await ecs.send(new CreateClusterCommand({ clusterName: "hub" }));
  const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf";
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "hub-green",
      containerDefinitions: [
        {
          name: "hub",
          image: `hub@sha256:${"0".repeat(64)}`,
          environment: [{ name: "HUB_CONFIG", value: "{}" }],
          secrets: [{ name: "API_KEY", valueFrom: secret }],
        },
      ],
    }),
  );
  const arn = taskDefinition?.taskDefinitionArn ?? "";
  const service = { cluster: "hub", serviceName: "hub-green", taskDefinition: arn, desiredCount: 0 };
  await ecs.send(new CreateServiceCommand(service));
  ecs.destroy();
  const source = serviceSource(clients);
  const state = await source.state("hub", "hub-green", signal);
  assert.deepEqual([state.desired, state.running, state.taskDefinition, state.deployments], [0, 0, arn, 1]);
  assert.deepEqual(await source.taskDefinition(arn, signal), {
    status: "ACTIVE",
    images: [`hub@sha256:${"0".repeat(64)}`],
    environment: ["HUB_CONFIG"],
    secrets: [{ name: "API_KEY", from: secret }],
  });
  await assert.rejects(source.state("hub", "none", signal), /no service none in cluster hub \(MISSING\)/);
});

test("secrets: the current value, and a sentence where there is none", async () => {
  const secrets = new SecretsManagerClient(account.settings());
  await secrets.send(new CreateSecretCommand({ Name: "hub/key", SecretString: "s3cret-value" }));
  const { ARN } = await secrets.send(
    new CreateSecretCommand({ Name: "hub/json", SecretString: '{"KEY": "of-json"}' }),
  );
  secrets.destroy();
  const ssm = new SSMClient(account.settings());
  await ssm.send(new PutParameterCommand({ Name: "/hub/key", Value: "parameter", Type: "SecureString" }));
  ssm.destroy();
  const source = secretSource(clients);
  assert.equal(await source.value("hub/key", signal), "s3cret-value");
  assert.equal(await source.value("hub/json:KEY::", signal), "of-json");
  assert.equal(await source.value(`${ARN}:KEY::`, signal), "of-json");
  assert.equal(await source.value("ssm:/hub/key", signal), "parameter");
  await assert.rejects(source.value("hub/none", signal), /can't find the specified secret/i);
  await assert.rejects(source.value("hub/json:NONE::", signal), /has no key NONE/);
  await assert.rejects(source.value("ssm:/hub/none", signal), { name: "ParameterNotFound" });
  await assert.rejects(source.value("hub/key:KEY::", signal), (error: Error) => {
    assert.match(error.message, /is no JSON object/);
    return !error.message.includes("s3cret");
  });
});

test("topics: who has confirmed and who has not, and a message reaches the topic", async () => {
  const sns = new SNSClient(account.settings());
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "team" }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "team@example.com" }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "https", Endpoint: "https://example.com/hook" }));
  sns.destroy();
  const source = topicSource(clients);
  const found = await source.subscribers(TopicArn, signal);
  assert.deepEqual(found, { confirmed: 1, pending: ["email:team@example.com"] });
  // SNS takes no subject longer than 100 characters.
  await source.publish(TopicArn, `Rollback on ${"s".repeat(200)}`, "it was rolled back");
  const [message] = account.aws.sns.messages;
  assert.deepEqual([message?.topic, message?.text], [TopicArn, "it was rolled back"]);
  assert.equal(message?.subject?.length, 100);
});

test("the switch's record is read as it is, null where a stack has none", async () => {
  await account.makeTable("p-s-switch");
  const Item = { id: { S: "s" }, version: { N: "1" }, json: { S: '{"live":"blue"}' } };
  await account.dynamodb.send(new PutItemCommand({ TableName: "p-s-switch", Item }));
  const source = recordSource(clients);
  assert.deepEqual(await source.read("p-s-switch", "s", signal), { live: "blue" });
  assert.equal(await source.read("p-s-switch", "other", signal), null);
  await assert.rejects(source.read("none", "s", signal), { name: "ResourceNotFoundException" });
});
