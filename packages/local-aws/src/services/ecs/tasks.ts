import type {
  DescribeTasksCommandInput,
  ListTasksCommandInput,
  UpdateTaskProtectionCommandInput,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../../page.ts";
import type { SideDoor } from "../../server.ts";
import type { Call, Handler } from "../../service.ts";
import type { Scheduler } from "./scheduler.ts";
import { type HeldTask, type State, alive, clusterOf, knownTasks, serviceOf } from "./state.ts";

/** The task as DescribeTasks shows it. */
function shown(held: HeldTask) {
  const stopped = held.stoppedAt !== null;
  return {
    taskArn: held.arn,
    clusterArn: held.clusterArn,
    taskDefinitionArn: held.definition.taskDefinitionArn,
    group: `service:${held.serviceName}`,
    startedBy: held.deployment,
    launchType: "FARGATE",
    lastStatus: stopped ? "STOPPED" : held.leaving ? "DEACTIVATING" : (held.task?.state ?? "PROVISIONING"),
    desiredStatus: stopped || held.leaving ? "STOPPED" : "RUNNING",
    createdAt: new Date(held.createdAt),
    startedAt: held.startedAt === null ? undefined : new Date(held.startedAt),
    stoppedAt: held.stoppedAt === null ? undefined : new Date(held.stoppedAt),
    stoppedReason: held.stoppedReason ?? undefined,
    stopCode: held.stopCode ?? undefined,
    containers: (held.task?.containers ?? []).map((one) => ({
      name: one.name,
      lastStatus: one.state,
      healthStatus: one.health,
      exitCode: one.exitCode ?? undefined,
      reason: one.reason ?? undefined,
      networkBindings: one.ports.map((port) => ({ ...port, bindIP: "127.0.0.1", protocol: "tcp" })),
      networkInterfaces: [{ privateIpv4Address: "127.0.0.1" }],
    })),
  };
}

const idOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);
const byId = (state: State, ref: string) => knownTasks(state).find(({ id }) => id === idOf(ref));

const protection = (held: HeldTask, now: number) => {
  const on = held.protectedUntil !== null && held.protectedUntil > now;
  return {
    taskArn: held.arn,
    protectionEnabled: on,
    expirationDate: on ? new Date(held.protectedUntil as number) : undefined,
  };
};

function protect(held: HeldTask, enabled: boolean, minutes: number, now: number): void {
  held.protectedUntil = enabled ? now + minutes * 60_000 : null;
}

/** Two hours, unless a task asks for another time (ECS, task scale-in protection). */
const usualMinutes = 120;

/** The operations on tasks, their protection from scale-in among them. */
export function tasks(state: State, scheduler: Scheduler): Record<string, Handler> {
  return {
    ListTasks(input: ListTasksCommandInput) {
      const { clusterArn } = clusterOf(state, input.cluster);
      const wanted = input.desiredStatus ?? "RUNNING";
      const name = input.serviceName === undefined ? undefined : idOf(input.serviceName);
      if (name !== undefined) serviceOf(state, input.cluster, name);
      const found = knownTasks(state).filter(
        (held) =>
          held.clusterArn === clusterArn &&
          (name === undefined || held.serviceName === name) &&
          (input.family === undefined || held.definition.family === input.family) &&
          shown(held).desiredStatus === wanted,
      );
      const { items, next } = pageOf(
        found,
        input.nextToken,
        Math.min(input.maxResults ?? 100, state.pageSize),
      );
      return { taskArns: items.map(({ arn }) => arn), nextToken: next };
    },
    DescribeTasks(input: DescribeTasksCommandInput) {
      const found = (input.tasks ?? []).map((ref) => ({ ref, held: byId(state, ref) }));
      return {
        tasks: found.flatMap(({ held }) => (held ? [shown(held)] : [])),
        failures: found.flatMap(({ ref, held }) => (held ? [] : [{ arn: ref, reason: "MISSING" }])),
      };
    },
    StopTask(input: { task?: string; reason?: string }) {
      const held = byId(state, input.task ?? "");
      if (!held) return {};
      const service = [...state.services.values()].find(({ live }) => live.serviceName === held.serviceName);
      if (service) scheduler.leave(service, held, input.reason ?? "Task stopped by user", "UserInitiated");
      return { task: shown(held) };
    },
    UpdateTaskProtection(input: UpdateTaskProtectionCommandInput, call: Call) {
      const found = (input.tasks ?? []).flatMap((ref) => byId(state, ref) ?? []);
      for (const held of found)
        protect(held, input.protectionEnabled ?? false, input.expiresInMinutes ?? usualMinutes, call.now);
      return { protectedTasks: found.map((held) => protection(held, call.now)), failures: [] };
    },
    GetTaskProtection(input: { tasks?: string[] }, call: Call) {
      const found = (input.tasks ?? []).flatMap((ref) => byId(state, ref) ?? []);
      return { protectedTasks: found.map((held) => protection(held, call.now)), failures: [] };
    },
  };
}

/** What a container asks its agent for: the task's metadata, and protection from scale-in. */
export function agentDoor(state: State): SideDoor {
  const json = (status: number, body: object) => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (request) => {
    const path = /^\/ecs-(metadata|agent)\/([0-9a-f]+)\/?(.*)$/.exec(request.url);
    if (!path) return Promise.resolve(null);
    const held = byId(state, path[2] ?? "");
    if (!held || !alive(held))
      return Promise.resolve(json(404, { error: { Code: "ResourceNotFound", Message: "No such task" } }));
    if (path[1] === "metadata") return Promise.resolve(json(200, metadata(held)));
    const now = state.clock.now();
    if (path[3] !== "task-protection/v1/state") return Promise.resolve(json(404, {}));
    if (request.method === "PUT") {
      const body = JSON.parse(request.body.toString("utf8")) as {
        ProtectionEnabled?: boolean;
        ExpiresInMinutes?: number;
      };
      protect(held, body.ProtectionEnabled === true, body.ExpiresInMinutes ?? usualMinutes, now);
    }
    const { protectionEnabled, expirationDate } = protection(held, now);
    return Promise.resolve(
      json(200, {
        protection: {
          ProtectionEnabled: protectionEnabled,
          ExpirationDate: expirationDate?.toISOString(),
          TaskArn: held.arn,
        },
      }),
    );
  };
}

function metadata(held: HeldTask): object {
  return {
    Cluster: held.clusterArn,
    TaskARN: held.arn,
    Family: held.definition.family,
    Revision: String(held.definition.revision),
    ServiceName: held.serviceName,
    LaunchType: "FARGATE",
    AvailabilityZone: "us-east-1a",
    Containers: (held.task?.containers ?? []).map((one) => ({
      Name: one.name,
      KnownStatus: one.state,
      Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: ["127.0.0.1"] }],
    })),
  };
}
