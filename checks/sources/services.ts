import type { Clients } from "../clients.ts";

export interface ServiceState {
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

export interface ServiceSource {
  state(cluster: string, service: string, signal: AbortSignal): Promise<ServiceState>;
  /** Whether a task definition can still be started: registered and ACTIVE. */
  startable(taskDefinition: string, signal: AbortSignal): Promise<{ startable: boolean; status: string }>;
  /** Secrets a task definition's containers get: environment name and where from. */
  secretsOf(taskDefinition: string, signal: AbortSignal): Promise<{ name: string; from: string }[]>;
}

export function serviceSource(clients: Clients): ServiceSource {
  async function describe(taskDefinition: string, signal: AbortSignal) {
    const { DescribeTaskDefinitionCommand } = await import("@aws-sdk/client-ecs");
    const ecs = await clients.ecs();
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }), {
      abortSignal: signal,
    });
    return answer.taskDefinition;
  }

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

    async startable(taskDefinition, signal) {
      const status = (await describe(taskDefinition, signal))?.status ?? "MISSING";
      return { startable: status === "ACTIVE", status };
    },

    async secretsOf(taskDefinition, signal) {
      const containers = (await describe(taskDefinition, signal))?.containerDefinitions ?? [];
      return containers.flatMap((container) =>
        (container.secrets ?? []).map((secret) => ({
          name: secret.name ?? "",
          from: secret.valueFrom ?? "",
        })),
      );
    },
  };
}
