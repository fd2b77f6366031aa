import type { Clients } from "../core/clients.ts";

interface ServiceState {
  desired: number;
  running: number;
  pending: number;
  /** Task definition of the primary deployment. */
  taskDefinition: string;
  /** COMPLETED, IN_PROGRESS or FAILED. */
  rollout: string;
  /** Deployments in progress, the primary one included. */
  deployments: number;
  lastEvent: string | null;
}

/** The facts of a task definition that checks compare. */
export interface TaskDefinitionFacts {
  /** ACTIVE can be started; INACTIVE and DELETE_IN_PROGRESS cannot. */
  status: string;
  images: string[];
  /** Names of the environment variables it sets: its configuration. */
  environment: string[];
  /** Secrets its containers get: the variable and where its value comes from. */
  secrets: { name: string; from: string }[];
}

/** A service source knows ECS services and their task definitions. */
export interface ServiceSource {
  state(cluster: string, service: string, signal: AbortSignal): Promise<ServiceState>;
  taskDefinition(taskDefinition: string, signal: AbortSignal): Promise<TaskDefinitionFacts>;
}

/** The service source on AWS: ECS. */
export function serviceSource(clients: Clients): ServiceSource {
  return {
    async state(cluster, service, signal) {
      const { DescribeServicesCommand } = await import("@aws-sdk/client-ecs");
      const ecs = await clients.ecs();
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }), {
        abortSignal: signal,
      });
      const found = answer.services?.[0];
      if (!found)
        throw new Error(
          `ECS knows no service ${service} in cluster ${cluster} (${answer.failures?.[0]?.reason ?? "no reason given"})`,
        );
      const primary = found.deployments?.find((deployment) => deployment.status === "PRIMARY");
      return {
        desired: found.desiredCount ?? 0,
        running: found.runningCount ?? 0,
        pending: found.pendingCount ?? 0,
        taskDefinition: primary?.taskDefinition ?? found.taskDefinition ?? "",
        rollout: primary?.rolloutState ?? "UNKNOWN",
        deployments: found.deployments?.length ?? 0,
        lastEvent: found.events?.[0]?.message ?? null,
      };
    },

    async taskDefinition(taskDefinition, signal) {
      const { DescribeTaskDefinitionCommand } = await import("@aws-sdk/client-ecs");
      const ecs = await clients.ecs();
      const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }), {
        abortSignal: signal,
      });
      const containers = answer.taskDefinition?.containerDefinitions ?? [];
      return {
        status: answer.taskDefinition?.status ?? "MISSING",
        images: containers.map((container) => container.image ?? ""),
        environment: containers.flatMap((container) =>
          (container.environment ?? []).map((variable) => variable.name ?? ""),
        ),
        secrets: containers.flatMap((container) =>
          (container.secrets ?? []).map((secret) => ({
            name: secret.name ?? "",
            from: secret.valueFrom ?? "",
          })),
        ),
      };
    },
  };
}
