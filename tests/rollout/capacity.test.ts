import assert from "node:assert/strict";
import { test } from "node:test";
import { perColour } from "../../domain/colour.ts";
import { makeCapacity } from "../../rollout/aws/capacity.ts";
import { VirtualTime } from "../../simulation/time.ts";

type Answer = (input: Record<string, unknown>) => object;

/** Capacity over clients that answer by the name of the command; every call is written down. */
function capacityOf(answers: Record<string, Answer>) {
  const time = new VirtualTime();
  const calls: { name: string; input: Record<string, unknown> }[] = [];
  const send = (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const name = command.constructor.name.replace("Command", "");
    calls.push({ name, input: command.input });
    const answer = answers[name];
    return answer
      ? Promise.resolve(answer(command.input))
      : Promise.reject(new Error(`unknown call ${name}`));
  };
  const client = { send } as never;
  const service = {
    cluster: "arn:cluster/hub",
    services: { blue: "blue", green: "green" },
    targetGroups: { blue: "tg-blue", green: "tg-green" },
    capacity: perColour(() => ({ tasks: 3, max: 6 })),
  };
  const clock = { now: () => time.now, sleep: (ms: number, signal?: AbortSignal) => time.sleep(ms, signal) };
  return {
    capacity: makeCapacity({ ecs: client, elb: client, scaling: client }, service, clock),
    calls,
    time,
  };
}

const targets = (healthy: number) => ({
  TargetHealthDescriptions: Array.from({ length: healthy }, () => ({ TargetHealth: { State: "healthy" } })),
});
const quietCalls: Record<string, Answer> = {
  RegisterScalableTarget: () => ({}),
  UpdateService: () => ({}),
  DescribeServices: () => ({ services: [{ desiredCount: 1 }] }),
  ListTasks: () => ({ taskArns: [] }),
};
const signal = new AbortController().signal;

/** Whether a call suspends scale-in. */
function scaleInOf(call: { input: Record<string, unknown> } | undefined): boolean | undefined {
  const state = call?.input["SuspendedState"] as { DynamicScalingInSuspended: boolean } | undefined;
  return state?.DynamicScalingInSuspended;
}

test("scaling up raises the minimum with the count and suspends scale-in, also when enough targets are healthy", async () => {
  const { capacity, calls } = capacityOf({ ...quietCalls, DescribeTargetHealth: () => targets(3) });
  assert.deepEqual(await capacity.scaleUp("green", 3, 60_000, () => undefined, signal), { ready: true });
  const bounds = calls.find(({ name }) => name === "RegisterScalableTarget")?.input;
  assert.deepEqual(
    [bounds?.["ResourceId"], bounds?.["MinCapacity"], bounds?.["MaxCapacity"], bounds?.["SuspendedState"]],
    [
      "service/hub/green",
      3,
      6,
      { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: true },
    ],
  );
  assert.equal(calls.find(({ name }) => name === "UpdateService")?.input["desiredCount"], 3);
});

test("a count that is higher already stays", async () => {
  const { capacity, calls } = capacityOf({
    ...quietCalls,
    DescribeServices: () => ({ services: [{ desiredCount: 5 }] }),
  });
  await capacity.raise("green", 3);
  assert.ok(!calls.some(({ name }) => name === "UpdateService"));
});

test("scaling up has a deadline of its own, and says how many are healthy", async () => {
  const { capacity, time } = capacityOf({ ...quietCalls, DescribeTargetHealth: () => targets(1) });
  const scaled = capacity.scaleUp("green", 3, 60_000, () => undefined, signal);
  await time.run(time.now + 120_000, () => undefined);
  assert.deepEqual(await scaled, { ready: false, why: "green has 1 of 3 healthy targets after 60 s" });
});

test("three stopped tasks end scaling up long before its deadline, and their reasons are quoted", async () => {
  let stopped = 0;
  const { capacity, time } = capacityOf({
    ...quietCalls,
    DescribeTargetHealth: () => targets(0),
    ListTasks: () => ({ taskArns: Array.from({ length: stopped++ }, (_, n) => `task-${n}`) }),
    DescribeTasks: ({ tasks }) => ({
      tasks: (tasks as string[]).map((taskArn) => ({
        taskArn,
        stoppedReason: "Essential container in task exited",
      })),
    }),
  });
  const scaled = capacity.scaleUp("green", 3, 600_000, () => undefined, signal);
  await time.run(time.now + 10_000, () => undefined);
  assert.deepEqual(await scaled, {
    ready: false,
    why: "green has 0 of 3 healthy targets after 3 tasks stopped: Essential container in task exited",
  });
});

test("settling a retired slot brings it to its idle count and gives scale-in back", async () => {
  const { capacity, calls } = capacityOf(quietCalls);
  await capacity.settle("blue", 1, 60_000);
  assert.deepEqual(
    calls.map(({ name, input }) => [name, input["MinCapacity"] ?? input["desiredCount"]]),
    [
      ["RegisterScalableTarget", 1],
      ["UpdateService", 1],
    ],
  );
  assert.equal(scaleInOf(calls[0]), false);
});

test("holding and freeing a slot's scale-in leaves its bounds alone", async () => {
  const { capacity, calls } = capacityOf(quietCalls);
  await capacity.hold("blue");
  await capacity.free("blue");
  assert.deepEqual(
    calls.map(({ input }) => [input["MinCapacity"], scaleInOf({ input })]),
    [
      [undefined, true],
      [undefined, false],
    ],
  );
});
