import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { ContainerSpec, DependencyCondition, Task } from "../../tasks/index.ts";
import { type HeldService, type HeldTask, type State, definitionOf, ecsArn, say } from "./state.ts";

/** Starts one task of a deployment. `onChange` is called whenever something of it changed. */
export function launch(state: State, service: HeldService, onChange: () => void): void {
  const [primary] = service.deployments;
  if (!primary) return;
  const id = state.ids.hex(32);
  const { clusterArn, serviceName } = service.live;
  const cluster = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
  const held: HeldTask = {
    arn: ecsArn(`task/${cluster}/${id}`),
    id,
    clusterArn,
    serviceName,
    deployment: primary.id,
    definition: definitionOf(state, primary.taskDefinition),
    task: null,
    startFailure: null,
    leaving: false,
    targets: [],
    createdAt: state.clock.now(),
    startedAt: null,
    stoppedAt: null,
    stoppedReason: null,
    stopCode: null,
    protectedUntil: null,
  };
  state.tasks.set(held.arn, held);
  void start(state, service, held, onChange);
}

async function start(
  state: State,
  service: HeldService,
  held: HeldTask,
  onChange: () => void,
): Promise<void> {
  const endpoint = state.endpoint();
  try {
    const containers = (held.definition.containerDefinitions ?? []).map((one) => container(state, held, one));
    const task = await state.runner.start({
      id: held.id,
      containers,
      metadata: {
        metadataUri: `${endpoint}/ecs-metadata/${held.id}`,
        agentUri: `${endpoint}/ecs-agent/${held.id}`,
      },
    });
    held.task = task;
    const follow = () => {
      register(state, service, held, task);
      onChange();
    };
    task.onChange(follow);
    task.onStopped(() => {
      ended(state, service, held, task.stoppedReason ?? "stopped", task.stopCode ?? "UserInitiated");
      onChange();
    });
    follow();
  } catch (error) {
    held.startFailure = (error as Error).message;
    ended(state, service, held, held.startFailure, "TaskFailedToStart");
    onChange();
  }
}

/** A task that ended by itself counts against its deployment. */
function ended(state: State, service: HeldService, held: HeldTask, reason: string, code: string): void {
  if (held.stoppedAt !== null) return;
  const now = state.clock.now();
  held.stoppedAt = now;
  held.stoppedReason ??= reason;
  held.stopCode ??= code;
  unregister(state, held);
  if (held.leaving) return;
  const deployment = service.deployments.find(({ id }) => id === held.deployment);
  if (!deployment) return;
  deployment.failedTasks++;
  // ECS starts failing tasks ever more slowly; a laptop need not wait as long as a region.
  deployment.notBefore = now + Math.min(10_000, 500 * 2 ** Math.min(deployment.failedTasks, 5));
  say(service, state, `(service ${service.live.serviceName}) task ${held.id} stopped: ${held.stoppedReason}`);
}

/** Into its target groups when the container they name runs; out of them when the task leaves. */
function register(state: State, service: HeldService, held: HeldTask, task: Task): void {
  if (task.state === "RUNNING") held.startedAt ??= state.clock.now();
  if (held.leaving || task.state === "STOPPING" || task.state === "STOPPED") return unregister(state, held);
  for (const { targetGroupArn, containerName, containerPort } of service.live.loadBalancers ?? []) {
    if (!targetGroupArn || held.targets.some(({ group }) => group === targetGroupArn)) continue;
    if (task.containers.find(({ name }) => name === containerName)?.state !== "RUNNING") continue;
    const target = { id: "127.0.0.1", port: task.hostPort(containerName ?? "", containerPort ?? 80) };
    held.targets.push({ group: targetGroupArn, ...target });
    state.balancer.registerTarget(targetGroupArn, target);
    say(
      service,
      state,
      `(service ${service.live.serviceName}) registered 1 targets in (target-group ${targetGroupArn})`,
    );
  }
}

/** Takes a task out of its target groups. They drain it; its containers run on. */
export function unregister(state: State, held: HeldTask): void {
  for (const { group, id, port } of held.targets.splice(0))
    state.balancer.deregisterTarget(group, { id, port });
}

/** One container as the runner takes it. */
function container(state: State, held: HeldTask, one: ContainerDefinition): ContainerSpec {
  const secrets = (one.secrets ?? []).map(({ name, valueFrom }) => [
    name ?? "",
    state.secret(valueFrom ?? ""),
  ]);
  const plain = (one.environment ?? []).map(({ name, value }) => [name ?? "", value ?? ""]);
  const options = one.logConfiguration?.options ?? {};
  const group = options["awslogs-group"];
  const stream = `${options["awslogs-stream-prefix"] ?? "ecs"}/${one.name}/${held.id}`;
  const health = one.healthCheck;
  return {
    name: one.name ?? "",
    image: one.image ?? "",
    environment: Object.fromEntries([...plain, ...secrets]) as Record<string, string>,
    containerPorts: (one.portMappings ?? []).map(({ containerPort }) => containerPort ?? 0),
    dependsOn: (one.dependsOn ?? []).map(({ containerName, condition }) => ({
      name: containerName ?? "",
      condition: condition as DependencyCondition,
    })),
    essential: one.essential ?? true,
    stopTimeoutMs: (one.stopTimeout ?? 30) * 1_000,
    ...(health?.command
      ? {
          healthCheck: {
            command: health.command,
            intervalMs: (health.interval ?? 30) * 1_000,
            timeoutMs: (health.timeout ?? 5) * 1_000,
            retries: health.retries ?? 3,
            startPeriodMs: (health.startPeriod ?? 0) * 1_000,
          },
        }
      : {}),
    log: (_from, line) => {
      if (group !== undefined) state.log(group, stream, line);
    },
  };
}
