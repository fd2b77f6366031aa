import type {
  CreateServiceCommandInput,
  DeleteServiceCommandInput,
  DescribeServicesCommandInput,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { fromLower } from "../../tags.ts";
import { type Scheduler, deploy } from "./scheduler.ts";
import {
  type HeldService,
  type State,
  alive,
  clusterOf,
  definitionOf,
  ecsArn,
  serviceKey,
  serviceOf,
  tasksOf,
} from "./state.ts";

/** The service as DescribeServices shows it. */
function shown(state: State, service: HeldService, withTags: boolean) {
  const tasks = tasksOf(state, service).filter(alive);
  const running = (of: typeof tasks) => of.filter(({ task }) => task?.state === "RUNNING").length;
  const pending = (of: typeof tasks) =>
    of.filter(({ task }) => task === null || task.state === "PENDING").length;
  return {
    ...service.live,
    status: service.active ? "ACTIVE" : tasks.length > 0 ? "DRAINING" : "INACTIVE",
    runningCount: running(tasks),
    pendingCount: pending(tasks),
    events: service.events,
    deployments: service.deployments.map((deployment) => {
      const own = tasks.filter((task) => task.deployment === deployment.id);
      const { notBefore: _held, ...live } = deployment;
      return {
        ...live,
        rolloutStateReason: live.rolloutStateReason ?? reasonOf(deployment),
        networkConfiguration: service.live.networkConfiguration,
        platformFamily: "Linux",
        runningCount: running(own),
        pendingCount: pending(own),
      };
    }),
    ...(withTags ? { tags: state.tags.lower(service.live.serviceArn) } : {}),
  };
}

const reasonOf = ({ id, rolloutState }: HeldService["deployments"][number]) =>
  `ECS deployment ${id} ${rolloutState === "COMPLETED" ? "completed" : "in progress"}.`;

/** The operations on services. */
export function services(state: State, scheduler: Scheduler): Record<string, Handler> {
  return {
    CreateService(input: CreateServiceCommandInput, call: Call) {
      const cluster = clusterOf(state, input.cluster);
      const name = input.serviceName ?? "";
      const key = serviceKey(cluster.clusterName, name);
      if (state.services.get(key)?.active)
        throw new AwsError("InvalidParameterException", "Creation of service was not idempotent.");
      const definition = definitionOf(state, input.taskDefinition);
      const service: HeldService = {
        live: {
          serviceArn: ecsArn(`service/${key}`),
          serviceName: name,
          clusterArn: cluster.clusterArn,
          desiredCount: input.desiredCount ?? 0,
          taskDefinition: definition.taskDefinitionArn,
          launchType: input.launchType ?? "FARGATE",
          platformVersion: input.platformVersion ?? "LATEST",
          loadBalancers: input.loadBalancers ?? [],
          networkConfiguration: input.networkConfiguration,
          healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
          schedulingStrategy: input.schedulingStrategy ?? "REPLICA",
          deploymentController: input.deploymentController ?? { type: "ECS" },
          deploymentConfiguration: {
            maximumPercent: 200,
            minimumHealthyPercent: 100,
            strategy: "ROLLING",
            ...given(input.deploymentConfiguration),
          },
          availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? "ENABLED",
          enableExecuteCommand: input.enableExecuteCommand ?? false,
          enableECSManagedTags: input.enableECSManagedTags ?? false,
          propagateTags: input.propagateTags ?? "NONE",
          capacityProviderStrategy: input.capacityProviderStrategy,
          createdAt: new Date(call.now),
        },
        deployments: [],
        events: [],
        active: true,
      };
      state.services.set(key, service);
      state.tags.set(service.live.serviceArn, fromLower(input.tags));
      deploy(state, service, definition.taskDefinitionArn);
      scheduler.look(service);
      return { service: shown(state, service, true) };
    },
    UpdateService(input: UpdateServiceCommandInput) {
      const service = serviceOf(state, input.cluster, input.service);
      const { live } = service;
      if (input.desiredCount !== undefined) live.desiredCount = input.desiredCount;
      Object.assign(
        live,
        given({
          networkConfiguration: input.networkConfiguration,
          healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
          loadBalancers: input.loadBalancers,
          enableExecuteCommand: input.enableExecuteCommand,
          availabilityZoneRebalancing: input.availabilityZoneRebalancing,
          propagateTags: input.propagateTags,
          enableECSManagedTags: input.enableECSManagedTags,
          platformVersion: input.platformVersion,
        }),
      );
      if (input.deploymentConfiguration)
        live.deploymentConfiguration = {
          ...live.deploymentConfiguration,
          ...given(input.deploymentConfiguration),
        };
      const definition = input.taskDefinition && definitionOf(state, input.taskDefinition).taskDefinitionArn;
      if ((definition && definition !== live.taskDefinition) || input.forceNewDeployment === true)
        deploy(state, service, definition ?? (live.taskDefinition as string));
      scheduler.look(service);
      return { service: shown(state, service, true) };
    },
    DescribeServices(input: DescribeServicesCommandInput) {
      const { clusterName } = clusterOf(state, input.cluster);
      const withTags = input.include?.includes("TAGS") === true;
      const found = (input.services ?? []).map((ref) => ({
        ref,
        service: state.services.get(serviceKey(clusterName, ref)),
      }));
      return {
        services: found.flatMap(({ service }) => (service ? [shown(state, service, withTags)] : [])),
        failures: found.flatMap(({ ref, service }) =>
          service
            ? []
            : [
                {
                  arn: ref.startsWith("arn:") ? ref : ecsArn(`service/${clusterName}/${ref}`),
                  reason: "MISSING",
                },
              ],
        ),
      };
    },
    ListServices(input: { cluster?: string }) {
      const { clusterArn } = clusterOf(state, input.cluster);
      const all = [...state.services.values()].filter(
        ({ live, active }) => active && live.clusterArn === clusterArn,
      );
      return { serviceArns: all.map(({ live }) => live.serviceArn) };
    },
    DeleteService(input: DeleteServiceCommandInput) {
      const service = serviceOf(state, input.cluster, input.service);
      if (service.live.desiredCount > 0 && input.force !== true)
        throw new AwsError(
          "InvalidParameterException",
          "The service cannot be stopped while it is scaled above 0.",
        );
      service.active = false;
      service.live.desiredCount = 0;
      for (const held of tasksOf(state, service)) held.protectedUntil = null;
      scheduler.look(service);
      return { service: shown(state, service, false) };
    },
  };
}

function given<T extends object>(from: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(from ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
