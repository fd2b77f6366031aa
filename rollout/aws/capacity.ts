import { RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import { DescribeServicesCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Colour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { Capacity, Clock } from "../run/ports.ts";
import type { SwitchClients } from "./clients.ts";
import { tasksOf } from "./tasks.ts";

/** Tasks that may stop while a slot is scaled up before it is given up. Raising a count trips no circuit breaker of ECS. */
const failureLimit = 3;
/** Between two looks at the slot, in milliseconds. */
const pollMs = 500;

type Service = Pick<SwitchInputs, "cluster" | "services" | "targetGroups" | "capacity">;

/** Tasks behind a slot, through ECS, Application Auto Scaling and the target group's own health. */
export function makeCapacity(
  clients: Pick<SwitchClients, "ecs" | "elb" | "scaling">,
  service: Service,
  clock: Clock,
): Capacity {
  const healthy = (of: Colour) => healthyTargets(clients, service.targetGroups[of]);
  const raise = (of: Colour, tasks: number) => raiseTo(clients, service, of, tasks);
  return {
    healthy,
    raise,
    hold: (of) => bound(clients, service, of, { scaleIn: false }),
    free: (of) => bound(clients, service, of, { scaleIn: true }),
    async settle(of, tasks, timeoutMs) {
      const abortSignal = AbortSignal.timeout(timeoutMs);
      await bound(clients, service, of, { least: tasks, scaleIn: true }, abortSignal);
      const { cluster, services } = service;
      await clients.ecs.send(
        new UpdateServiceCommand({ cluster, service: services[of], desiredCount: tasks }),
        { abortSignal },
      );
    },
    async scaleUp(of, tasks, deadlineMs, onProgress, signal) {
      const started = clock.now();
      const before = new Set((await stoppedTasks(clients, service, of)).map((task) => task.arn));
      await raise(of, tasks);
      for (;;) {
        signal.throwIfAborted();
        const count = await healthy(of);
        if (count >= tasks) return { ready: true };
        onProgress(`${count} of ${tasks} targets healthy`);
        const stopped = (await stoppedTasks(clients, service, of)).filter((task) => !before.has(task.arn));
        const reasons = [...new Set(stopped.map((task) => task.reason))].join("; ");
        if (stopped.length >= failureLimit)
          return {
            ready: false,
            why: `${of} has ${count} of ${tasks} healthy targets after ${stopped.length} tasks stopped: ${reasons}`,
          };
        if (clock.now() - started >= deadlineMs)
          return {
            ready: false,
            why: `${of} has ${count} of ${tasks} healthy targets after ${Math.round(deadlineMs / 1000)} s${reasons ? `; tasks stopped: ${reasons}` : ""}`,
          };
        await clock.sleep(pollMs, signal);
      }
    },
  };
}

async function healthyTargets({ elb }: Pick<SwitchClients, "elb">, targetGroup: string): Promise<number> {
  const { TargetHealthDescriptions } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }),
  );
  return (TargetHealthDescriptions ?? []).filter((target) => target.TargetHealth?.State === "healthy").length;
}

/** The minimum rises with the count, and scale-in waits until the slot is retired. A count that is higher already stays. */
async function raiseTo(
  clients: Pick<SwitchClients, "ecs" | "scaling">,
  service: Service,
  of: Colour,
  tasks: number,
): Promise<void> {
  const { cluster, services } = service;
  await bound(clients, service, of, { least: tasks, scaleIn: false });
  const { services: found } = await clients.ecs.send(
    new DescribeServicesCommand({ cluster, services: [services[of]] }),
  );
  if ((found?.[0]?.desiredCount ?? 0) >= tasks) return;
  await clients.ecs.send(new UpdateServiceCommand({ cluster, service: services[of], desiredCount: tasks }));
}

/** The autoscaling bounds belong to the switch. Those that are not given stay as they are. */
async function bound(
  { scaling }: Pick<SwitchClients, "scaling">,
  { cluster, services, capacity }: Service,
  of: Colour,
  { least, scaleIn }: { least?: number; scaleIn: boolean },
  abortSignal?: AbortSignal,
): Promise<void> {
  await scaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: "ecs",
      ResourceId: `service/${nameOf(cluster)}/${services[of]}`,
      ScalableDimension: "ecs:service:DesiredCount",
      ...(least === undefined ? {} : { MinCapacity: least, MaxCapacity: Math.max(least, capacity[of].max) }),
      SuspendedState: {
        DynamicScalingInSuspended: !scaleIn,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: !scaleIn,
      },
    }),
    abortSignal && { abortSignal },
  );
}

/** A cluster's name from its name or ARN. */
function nameOf(cluster: string): string {
  return cluster.slice(cluster.lastIndexOf("/") + 1);
}

async function stoppedTasks(
  clients: Pick<SwitchClients, "ecs">,
  service: Service,
  of: Colour,
): Promise<{ arn: string; reason: string }[]> {
  const tasks = await tasksOf(clients, service, of, "STOPPED");
  return tasks.map((task) => ({
    arn: task.taskArn ?? "",
    reason: task.stoppedReason ?? "no reason given",
  }));
}
