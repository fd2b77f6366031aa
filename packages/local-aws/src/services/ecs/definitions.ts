import type {
  Cluster,
  CreateClusterCommandInput,
  DescribeClustersCommandInput,
  RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { fromLower } from "../../tags.ts";
import { mustBeRegistrable } from "./refusals.ts";
import { type State, alive, clusterOf, definitionOf, ecsArn, knownTasks } from "./state.ts";

/** A cluster as DescribeClusters shows it. */
function shown(state: State, cluster: Cluster & { clusterArn: string }): Cluster {
  const own = (one: { readonly clusterArn: string }) => one.clusterArn === cluster.clusterArn;
  const tasks = knownTasks(state).filter((task) => alive(task) && own(task));
  const running = tasks.filter(({ task }) => task?.state === "RUNNING").length;
  const services = [...state.services.values()].filter(({ live, active }) => active && own(live));
  return {
    ...cluster,
    activeServicesCount: services.length,
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    registeredContainerInstancesCount: 0,
    tags: state.tags.lower(cluster.clusterArn),
  };
}

/** The operations on clusters and task definitions. */
export function definitions(state: State): Record<string, Handler> {
  return {
    CreateCluster(input: CreateClusterCommandInput) {
      const clusterName = input.clusterName ?? "default";
      const clusterArn = ecsArn(`cluster/${clusterName}`);
      const cluster = {
        clusterArn,
        clusterName,
        status: "ACTIVE",
        settings: input.settings ?? [{ name: "containerInsights" as const, value: "disabled" }],
        configuration: input.configuration,
        capacityProviders: [],
        defaultCapacityProviderStrategy: [],
      };
      state.clusters.set(clusterName, cluster);
      state.tags.set(clusterArn, fromLower(input.tags));
      return { cluster: shown(state, cluster) };
    },
    DescribeClusters(input: DescribeClustersCommandInput) {
      const names = (input.clusters ?? ["default"]).map((ref) => ref.slice(ref.lastIndexOf("/") + 1));
      const found = names.map((name) => ({ name, cluster: state.clusters.get(name) }));
      return {
        clusters: found.flatMap(({ cluster }) => (cluster ? [shown(state, cluster)] : [])),
        failures: found.flatMap(({ name, cluster }) =>
          cluster ? [] : [{ arn: ecsArn(`cluster/${name}`), reason: "MISSING" }],
        ),
      };
    },
    UpdateCluster(input: { cluster?: string; settings?: never }) {
      const cluster = clusterOf(state, input.cluster);
      if (input.settings) cluster.settings = input.settings;
      return { cluster };
    },
    DeleteCluster(input: { cluster?: string }) {
      const cluster = clusterOf(state, input.cluster);
      const used = [...state.services.values()].some(
        ({ live, active }) => active && live.clusterArn === cluster.clusterArn,
      );
      if (used)
        throw new AwsError(
          "ClusterContainsServicesException",
          "The Cluster cannot be deleted while Services are active.",
        );
      if (knownTasks(state).some((task) => alive(task) && task.clusterArn === cluster.clusterArn))
        throw new AwsError(
          "ClusterContainsTasksException",
          "The Cluster cannot be deleted while Tasks are active.",
        );
      cluster.status = "INACTIVE";
      return { cluster: shown(state, cluster) };
    },
    RegisterTaskDefinition(input: RegisterTaskDefinitionCommandInput, call: Call) {
      const family = input.family ?? "";
      mustBeRegistrable(input);
      const all = state.definitions.get(family) ?? [];
      const revision = (all.at(-1)?.revision ?? 0) + 1;
      const { tags, ...rest } = input;
      const taskDefinition = {
        ...rest,
        containerDefinitions: (input.containerDefinitions ?? []).map((container) => ({
          cpu: 0,
          ...container,
        })),
        family,
        revision,
        taskDefinitionArn: ecsArn(`task-definition/${family}:${revision}`),
        status: "ACTIVE" as const,
        compatibilities: ["EC2" as const, "FARGATE" as const],
        registeredAt: new Date(call.now),
      };
      state.definitions.set(family, [...all, taskDefinition]);
      state.tags.set(taskDefinition.taskDefinitionArn, fromLower(tags));
      return { taskDefinition, tags: state.tags.lower(taskDefinition.taskDefinitionArn) };
    },
    DescribeTaskDefinition(input: { taskDefinition?: string }) {
      const taskDefinition = definitionOf(state, input.taskDefinition);
      return { taskDefinition, tags: state.tags.lower(taskDefinition.taskDefinitionArn) };
    },
    DeregisterTaskDefinition(input: { taskDefinition?: string }, call: Call) {
      const taskDefinition = definitionOf(state, input.taskDefinition);
      Object.assign(taskDefinition, { status: "INACTIVE", deregisteredAt: new Date(call.now) });
      return { taskDefinition };
    },
    ListTaskDefinitions(input: { familyPrefix?: string; status?: string }) {
      const all = [...state.definitions].filter(
        ([family]) => input.familyPrefix === undefined || family === input.familyPrefix,
      );
      const wanted = all
        .flatMap(([, revisions]) => revisions)
        .filter(({ status }) => status === (input.status ?? "ACTIVE"));
      return { taskDefinitionArns: wanted.map(({ taskDefinitionArn }) => taskDefinitionArn) };
    },
    TagResource(input: { resourceArn?: string; tags?: { key?: string; value?: string }[] }) {
      state.tags.set(input.resourceArn ?? "", fromLower(input.tags));
      return {};
    },
    UntagResource(input: { resourceArn?: string; tagKeys?: string[] }) {
      state.tags.remove(input.resourceArn ?? "", input.tagKeys);
      return {};
    },
    ListTagsForResource: (input: { resourceArn?: string }) => ({
      tags: state.tags.lower(input.resourceArn ?? ""),
    }),
  };
}
