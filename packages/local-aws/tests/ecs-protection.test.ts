import "reaper/children";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import { startAws, systemClock } from "../src/index.ts";

const idle = { "idle:1": { command: [process.execPath, "-e", "setInterval(() => undefined, 1e6)"] } };
const cluster = "hub";
const service = "blue";

/** A service of two tasks that runs its first definition, in an account whose lists have one item a page. */
async function room() {
  const folder = await mkdtemp(join(tmpdir(), "protection-"));
  const aws = await startAws({ images: idle, folder, clock: systemClock, random: Math.random, pageSize: 1 });
  const ecs = new ECSClient({
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  const register = async () =>
    (
      await ecs.send(
        new RegisterTaskDefinitionCommand({
          family: "hub",
          networkMode: "awsvpc",
          containerDefinitions: [{ name: "hub", image: "idle:1", essential: true }],
        }),
      )
    ).taskDefinition?.taskDefinitionArn;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: service,
      desiredCount: 2,
      taskDefinition: await register(),
    }),
  );
  const state = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))).services?.[0];
  return {
    ecs,
    state,
    deploy: async () =>
      ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: await register() })),
    async until(what: (of: NonNullable<Awaited<ReturnType<typeof state>>>) => boolean) {
      for (;;) {
        const now = await state();
        if (now && what(now)) return now;
        await pause(20);
      }
    },
    async running() {
      const found: string[] = [];
      for await (const page of paginateListTasks({ client: ecs }, { cluster, serviceName: service })) {
        assert.ok((page.taskArns ?? []).length <= 1);
        found.push(...(page.taskArns ?? []));
      }
      return found;
    },
    protect: (task: string, protectionEnabled: boolean) =>
      ecs.send(new UpdateTaskProtectionCommand({ cluster, tasks: [task], protectionEnabled })),
    async [Symbol.asyncDispose]() {
      ecs.destroy();
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test("a deployment replaces no task that is protected, and is over only once that protection ended", async () => {
  await using at = await room();
  await at.until(({ deployments }) => deployments?.[0]?.rolloutState === "COMPLETED");
  const [first = "", second = ""] = await at.running();
  await at.protect(first, true);
  await at.deploy();
  // One of the old tasks is gone, and both new ones run.
  const held = await at.until(
    ({ deployments = [] }) => deployments[0]?.runningCount === 2 && deployments[1]?.runningCount === 1,
  );
  assert.deepEqual(
    [held.deployments?.[0]?.rolloutState, (await at.running()).includes(first)],
    ["IN_PROGRESS", true],
  );
  assert.ok(!(await at.running()).includes(second));
  await at.protect(first, false);
  const done = await at.until(({ deployments = [] }) => deployments[0]?.rolloutState === "COMPLETED");
  assert.equal(done.deployments?.length, 1);
  assert.ok(!(await at.running()).includes(first));
});
