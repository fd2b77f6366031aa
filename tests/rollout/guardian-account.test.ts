import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import { DescribeRulesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { Clients } from "pulumi-engine/providers";
import { type Colour, type PerColour, colours, other, perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type MetricName, metricDimension } from "../../domain/telemetry.ts";
import { weightsFor } from "../../domain/weight.ts";
import { slotAlarms } from "../../infra/alarms.ts";
import { makeClients } from "../../rollout/aws/clients.ts";
import { handler } from "../../rollout/guardian/handler.ts";
import { openGuardianPorts } from "../../rollout/guardian/observation.ts";
import { reported } from "../../rollout/guardian/publish.ts";
import { openPorts } from "../../rollout/run/open-ports.ts";
import { limits, naming, putAlarm, type Report } from "../infra/alarm-room.ts";
import { type Place, openPlace, stack } from "./commands-kit.ts";
import { a, b } from "./situation.ts";

const minuteMs = 60_000;
const cluster = "hub";
/** How many tasks each slot runs: a different number for each, so that none can be taken for the other's. */
const tasks = { blue: 1, green: 2 } as const;
const idle = { "idle:1": { command: [process.execPath, "-e", "setInterval(() => undefined, 1e6)"] } };

let place: Place;
let access: { region: string; endpoint: string };
let definitions: PerColour<string>;
let topics: { onCall: string; team: string };
let inputs: SwitchInputs;

/** Runs the slot's service with a task definition of its own, until all of its tasks run; says the definition's ARN. */
async function runTasks(ecs: ECSClient, of: Colour): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `hub-${of}`,
      networkMode: "awsvpc",
      containerDefinitions: [{ name: "hub", image: "idle:1", essential: true }],
    }),
  );
  const service = { cluster, serviceName: of };
  await ecs.send(
    new CreateServiceCommand({
      ...service,
      desiredCount: tasks[of],
      taskDefinition: taskDefinition?.taskDefinitionArn,
    }),
  );
  for (;;) {
    const taskArns: string[] = [];
    for await (const page of paginateListTasks({ client: ecs }, { ...service, desiredStatus: "RUNNING" }))
      taskArns.push(...(page.taskArns ?? []));
    if (taskArns.length > 0) {
      const found = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      const running = found.tasks?.filter(({ lastStatus }) => lastStatus === "RUNNING");
      if (running?.length === tasks[of]) return taskDefinition?.taskDefinitionArn as string;
    }
    await pause(20);
  }
}

/** As much time as Lambda gives the guardian. */
const invocation = { getRemainingTimeInMillis: () => 50_000 };

/** Metrics of one slot in the four whole minutes before this one and in this one. */
function reports(of: Colour, report: Report): void {
  const thisMinute = Math.floor(Date.now() / minuteMs) * minuteMs;
  for (let n = 0; n <= 4; n++)
    for (const [name, value] of Object.entries(report))
      put(of, name as MetricName, thisMinute - n * minuteMs, Number(value));
  place.aws.cloudwatch.judgeAlarms();
}

function put(of: Colour, name: MetricName, at: number, value: number): void {
  const metric = { namespace: naming.namespace, name, dimensions: { [metricDimension]: of } };
  place.aws.cloudwatch.metrics.put(metric, at, value);
}

/** Green went live an hour ago, and blue, which runs what it ran then, is what the guardian goes back to. */
async function promoted(): Promise<void> {
  const previous = {
    colour: "blue",
    release: a,
    taskDefinition: definitions.blue,
    until: Date.now() + 3_600_000,
  } as const;
  await place.edit((record) => ({
    ...record,
    live: "green",
    weights: weightsFor("green", 100),
    slots: {
      blue: { release: a, taskDefinition: definitions.blue },
      green: { release: b, taskDefinition: definitions.green },
    },
    previous,
    inputs,
  }));
  await place.setRule(weightsFor("green", 100));
}

async function look() {
  const clients = makeClients(inputs);
  const open = openPorts(
    inputs,
    place.ruleArn,
    () => undefined,
    () => undefined,
  );
  const guardian = openGuardianPorts(open.ports, clients, inputs, () => minuteMs);
  try {
    const found = await place.store.read();
    assert.ok(found);
    return await guardian.look(found.record);
  } finally {
    guardian.close();
    await open.close();
    clients.close();
  }
}

/** What the guardian's metric says last of a slot, or of the stack. */
function published(name: string, of?: Colour, namespace = naming.namespace): number | undefined {
  const dimensions: Record<string, string> = of === undefined ? {} : { [metricDimension]: of };
  const metric = { namespace, name, dimensions };
  const now = Date.now();
  return [
    ...place.aws.cloudwatch.metrics.series(metric, "Maximum", 60, now - 10 * minuteMs, now + 1).values(),
  ].at(-1);
}

describe("the guardian's own eyes and hands, in an account where each colour is different", () => {
  before(async () => {
    // Every list of it has one item a page.
    place = await openPlace(idle, 1);
    Object.assign(process.env, place.aws.env, {
      SWITCH_TABLE: "hub-production-switch",
      SWITCH_STACK: stack,
      SWITCH_NAMESPACE: "McpHub/hub/new",
    });
    access = { region: "us-east-1", endpoint: place.aws.endpoint };
    const ecs = new ECSClient(access);
    const sns = new SNSClient(access);
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    definitions = { blue: await runTasks(ecs, "blue"), green: await runTasks(ecs, "green") };
    const topic = async (Name: string) =>
      (await sns.send(new CreateTopicCommand({ Name }))).TopicArn as string;
    topics = { onCall: await topic("on-call"), team: await topic("team") };
    ecs.destroy();
    sns.destroy();
    const aws = new Clients({
      ...access,
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
    });
    for (const planned of colours.flatMap((colour) => slotAlarms(naming, colour, limits)))
      await putAlarm(planned, aws);
    (await aws.cloudwatch()).destroy();
    const found = await place.store.read();
    assert.ok(found?.record.inputs);
    inputs = {
      ...found.record.inputs,
      topics,
      metricNamespace: naming.namespace,
      alarms: perColour((colour) => slotAlarms(naming, colour, limits).map(({ name }) => name)),
      taskDefinitions: definitions,
    };
    await place.serve("green");
    await place.serve("green");
    await promoted();
  });
  after(() => place.close());

  test("how many sessions a slot has is not known while it reports none: silence is no empty slot", async () => {
    assert.deepEqual((await look()).sessions, { blue: null, green: null });
  });

  test("each slot's targets, tasks and newest sessions are its own, and no alarm rings", async () => {
    const thisMinute = Math.floor(Date.now() / minuteMs) * minuteMs;
    for (const [of, ...values] of [
      ["blue", 7, 3],
      ["green", 40, 55],
    ] as const)
      for (const [n, value] of values.entries())
        put(of, "OpenSessions", thisMinute - (1 - n) * minuteMs, value);
    const { now: _, ...seen } = await look();
    assert.deepEqual(seen, {
      alarms: [],
      candidateAlarms: [],
      healthy: { blue: 0, green: 2 },
      running: { blue: [definitions.blue], green: [definitions.green] },
      sessions: { blue: 3, green: 55 },
      previousProbe: null,
    });
  });

  test("a tick reports each slot's weight and targets as that slot's, and its own heartbeat as nobody's", async () => {
    assert.deepEqual(await handler(undefined, invocation), { did: "watch", why: "nothing to do" });
    assert.deepEqual(
      colours.map((of) => [
        published("Weight", of),
        published("HealthyTargets", of),
        published("TelemetryLost", of),
      ]),
      [
        [0, 0, 0],
        [100, 2, 0],
      ],
    );
    assert.equal(published("GuardianHeartbeat"), 1);
    assert.equal(place.aws.calls.get("sts.AssumeRole"), undefined);
  });

  test("a slot with weight whose sidecars have reported nothing is told as lost, and no other", async () => {
    const said = async (sessions: Record<Colour, number | null>, over: Partial<SwitchRecord> = {}) => {
      const found = await place.store.read();
      assert.ok(found);
      const all = reported({ ...found.record, ...over }, { healthy: { blue: 0, green: 2 }, sessions });
      return all.flatMap(({ MetricName, Value, Dimensions }) =>
        MetricName === "TelemetryLost" ? [[Dimensions?.[0]?.Value, Value]] : [],
      );
    };
    const lost = (blue: number, green: number) => [
      ["blue", blue],
      ["green", green],
    ];
    assert.deepEqual(await said({ blue: null, green: 0 }), lost(0, 0), "zeros are reports");
    assert.deepEqual(await said({ blue: 7, green: null }), lost(0, 1));
    const half = { weights: weightsFor("green", 50) };
    assert.deepEqual(await said({ blue: null, green: null }, half), lost(1, 1));
    const bare = { inputs: { ...inputs, hub: { ...inputs.hub, proofPath: undefined } } };
    assert.deepEqual(await said({ blue: null, green: null }, bare), lost(0, 0), "there is no sidecar");
  });

  test("the other colour's alarm moves nothing and pages nobody", async () => {
    reports(other("green"), { Requests: 100, ServerFaults: 50 });
    assert.equal((await handler(undefined, invocation)).did, "watch");
    assert.deepEqual(place.aws.sns.messages, []);
  });

  test("that alarm is a candidate's own while its step waits for a person", async () => {
    const waits = { weight: 25, since: 0, until: 1, otherwise: "hold" as const, answer: null };
    const rollout = {
      id: "r",
      candidate: "blue" as const,
      release: "r",
      asked: 0,
      rollbackTarget: weightsFor("green", 100),
      startedAt: 0,
      tried: [],
      passed: [],
    };
    const alarmsWhile = async (of: SwitchRecord["rollout"]) => {
      await place.edit((record) => ({ ...record, rollout: of }));
      const { alarms, candidateAlarms } = await look();
      return { alarms, candidateAlarms };
    };
    assert.deepEqual(await alarmsWhile({ ...rollout, waits }), {
      alarms: [],
      candidateAlarms: ["error-rate"],
    });
    assert.deepEqual(await alarmsWhile(rollout), { alarms: [], candidateAlarms: [] });
    await alarmsWhile(null);
  });

  test("a broken live slot without a way back is told on-call, and the team is left alone", async () => {
    reports("green", { Requests: 100, ServerFaults: 50 });
    const why = "error-rate in ALARM for green, and blue has no healthy target to go back to";
    assert.deepEqual(await handler(undefined, invocation), { did: "page", why });
    assert.deepEqual(
      place.aws.sns.messages.map(({ topic, subject, text }) => [topic, subject, text]),
      [[topics.onCall, `${stack}: The traffic needs a person`, why]],
    );
  });

  test("once a target is healthy it sends the traffic back by its own role, proves it and tells on-call", async () => {
    inputs = { ...inputs, roleArn: "arn:aws:iam::123456789012:role/switch", profile: "somebody-else" };
    await promoted();
    await place.serve("blue");
    const { did, why } = await handler(undefined, invocation);
    assert.deepEqual([did, why], ["rollback", "error-rate in ALARM for green inside its rollback window"]);
    const { Rules } = await place.elb.send(new DescribeRulesCommand({ RuleArns: [place.ruleArn] }));
    const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    assert.deepEqual(
      colours.map(
        (of) => groups.find(({ TargetGroupArn }) => TargetGroupArn === inputs.targetGroups[of])?.Weight,
      ),
      [100, 0],
    );
    const told = place.aws.sns.messages.at(-1);
    assert.deepEqual([told?.topic, told?.subject], [topics.onCall, `${stack}: Traffic was rolled back`]);
    assert.match(told?.text ?? "", /The balancer has blue 100 · green 0 now\.$/);
    assert.equal(place.aws.calls.get("sts.AssumeRole"), undefined, "the guardian has a role of its own");
  });

  test("before there is a record it reports that it is there, and nothing else", async () => {
    process.env["SWITCH_STACK"] = "nowhere";
    await handler(undefined, invocation);
    assert.equal(published("GuardianHeartbeat", undefined, "McpHub/hub/new"), 1);
    for (const of of colours) assert.equal(published("Weight", of, "McpHub/hub/new"), undefined);
    process.env["SWITCH_STACK"] = stack;
  });

  test("a table without a record is watched, and an environment that names none is a sentence", async () => {
    process.env["SWITCH_STACK"] = "nowhere";
    assert.deepEqual(await handler(undefined, invocation), { did: "watch", why: "nothing is recorded yet" });
    delete process.env["SWITCH_STACK"];
    await assert.rejects(
      handler(undefined, invocation),
      /^Error: the guardian needs SWITCH_TABLE, SWITCH_STACK, SWITCH_NAMESPACE and AWS_REGION/,
    );
  });
});
