import type { CreateServiceCommandInput, UpdateServiceCommandInput } from "@aws-sdk/client-ecs";
import type { ServiceArgs } from "@pulumi/aws/ecs/service.js";
import { isCode, unlessGone } from "../aws-error.ts";
import { flag, map, number, object, set, text } from "../fields.ts";
import { awaited, kind, patiently, type Plain, type Tools } from "../kind.ts";
import { lowerTagList, lowerTagMap } from "../tags.ts";
import { asText } from "../values.ts";
import { retag } from "./cluster.ts";
import { steadyState } from "./steady-state.ts";

type Inputs = Plain<ServiceArgs>;

/** A role or a balancer made a moment ago may not be known everywhere yet. */
const notYet = ["InvalidParameter", "ClusterNotFound"] as const;
const notYetWords =
  /assume the role|does not have an associated load balancer|verify that the ECS service role/i;

/** What creating and updating have in common. */
function settings(inputs: Inputs) {
  const breaker = inputs.deploymentCircuitBreaker;
  const network = inputs.networkConfiguration;
  return {
    taskDefinition: inputs.taskDefinition,
    platformVersion: inputs.platformVersion,
    capacityProviderStrategy: inputs.capacityProviderStrategies?.map(
      ({ capacityProvider, base, weight }) => ({
        capacityProvider,
        base,
        weight,
      }),
    ),
    deploymentConfiguration: {
      maximumPercent: inputs.deploymentMaximumPercent,
      minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent,
      deploymentCircuitBreaker: breaker && { enable: breaker.enable, rollback: breaker.rollback },
      alarms: inputs.alarms && {
        alarmNames: inputs.alarms.alarmNames,
        enable: inputs.alarms.enable,
        rollback: inputs.alarms.rollback,
      },
      strategy: inputs.deploymentConfiguration?.strategy as "ROLLING" | undefined,
    },
    networkConfiguration: network && {
      awsvpcConfiguration: {
        subnets: network.subnets,
        securityGroups: network.securityGroups,
        assignPublicIp: network.assignPublicIp === true ? "ENABLED" : "DISABLED",
      },
    },
    loadBalancers: inputs.loadBalancers?.map(({ targetGroupArn, containerName, containerPort }) => ({
      targetGroupArn,
      containerName,
      containerPort,
    })),
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds,
    availabilityZoneRebalancing: inputs.availabilityZoneRebalancing as "ENABLED" | undefined,
    enableExecuteCommand: inputs.enableExecuteCommand,
    enableECSManagedTags: inputs.enableEcsManagedTags,
    propagateTags: inputs.propagateTags as "SERVICE" | undefined,
  } satisfies Partial<CreateServiceCommandInput & UpdateServiceCommandInput>;
}

async function described(tools: Tools, cluster: string, service: string) {
  const ecs = await tools.aws.ecs();
  const answer = await unlessGone(
    ecs.describeServices({ cluster, services: [service], include: ["TAGS"] }),
    "ClusterNotFound",
    "ServiceNotFound",
  );
  return answer?.services?.[0];
}

/**
 * A service of ECS, by its ARN. An update sends the count only where the program changed it. Removing it asks for no tasks and
 * waits up to 20 minutes until they are gone.
 */
export const service = kind<ServiceArgs>({
  type: "aws:ecs/service:Service",
  fields: {
    name: text,
    cluster: text,
    taskDefinition: text,
    desiredCount: number,
    launchType: text,
    platformVersion: text,
    schedulingStrategy: text,
    capacityProviderStrategies: set(
      object({ capacityProvider: text, base: number, weight: number }, ["capacityProvider"]),
    ),
    networkConfiguration: object({ subnets: set(text), securityGroups: set(text), assignPublicIp: flag }, [
      "subnets",
    ]),
    loadBalancers: set(
      object({ targetGroupArn: text, containerName: text, containerPort: number }, [
        "containerName",
        "containerPort",
      ]),
    ),
    deploymentCircuitBreaker: object({ enable: flag, rollback: flag }, ["enable", "rollback"]),
    deploymentConfiguration: object({ strategy: text }),
    deploymentController: object({ type: text }),
    deploymentMaximumPercent: number,
    deploymentMinimumHealthyPercent: number,
    alarms: object({ alarmNames: set(text), enable: flag, rollback: flag }, [
      "alarmNames",
      "enable",
      "rollback",
    ]),
    healthCheckGracePeriodSeconds: number,
    availabilityZoneRebalancing: text,
    enableExecuteCommand: flag,
    enableEcsManagedTags: flag,
    propagateTags: text,
    forceNewDeployment: flag,
    forceDelete: flag,
    sigintRollback: flag,
    triggers: map,
    waitForSteadyState: flag,
    tags: map,
  },
  forceNew: ["name", "cluster", "launchType", "schedulingStrategy", "deploymentController"],
  defaults: {
    schedulingStrategy: "REPLICA",
    deploymentMaximumPercent: 200,
    deploymentMinimumHealthyPercent: 100,
    waitForSteadyState: false,
  },
  naming: { property: "name", max: 255 },
  gone: ["ServiceNotFound", "ClusterNotFound", "ServiceNotActive"],
  faults: ({ loadBalancers, healthCheckGracePeriodSeconds }) =>
    healthCheckGracePeriodSeconds !== undefined && loadBalancers === undefined
      ? [{ property: "healthCheckGracePeriodSeconds", reason: "means nothing without loadBalancers" }]
      : [],
  async create(tools, inputs) {
    const ecs = await tools.aws.ecs();
    const ask = () =>
      ecs.createService({
        ...settings(inputs),
        serviceName: inputs.name,
        cluster: inputs.cluster,
        desiredCount: inputs.desiredCount ?? 0,
        launchType: inputs.launchType as "FARGATE" | undefined,
        schedulingStrategy: inputs.schedulingStrategy as "REPLICA" | undefined,
        deploymentController: inputs.deploymentController && {
          type: (inputs.deploymentController.type ?? "ECS") as "ECS",
        },
        // the same call sent twice makes one service
        clientToken: `${tools.logicalName}-${Math.floor(tools.random() * 2 ** 40).toString(16)}`.slice(-36),
        tags: lowerTagList(inputs.tags),
      });
    const until = tools.now() + 120_000;
    for (;;) {
      try {
        return (await ask()).service?.serviceArn ?? "";
      } catch (error) {
        const passing = isCode(error, ...notYet) && error instanceof Error && notYetWords.test(error.message);
        if (!passing || tools.now() >= until) throw error;
      }
      await tools.sleep(tools.pollMs);
    }
  },
  async settle(tools, arn, inputs) {
    if (inputs.waitForSteadyState !== true) return;
    await steadyState(tools, {
      cluster: inputs.cluster ?? "default",
      service: arn,
      taskDefinition: inputs.taskDefinition,
    });
  },
  async read(tools, arn, state) {
    const live = await described(tools, asText(state.cluster ?? clusterOf(arn)), arn);
    if (live === undefined || live.status === "INACTIVE") return undefined;
    const network = live.networkConfiguration?.awsvpcConfiguration;
    const deployment = live.deploymentConfiguration;
    const strategy = live.capacityProviderStrategy;
    return {
      arn: live.serviceArn,
      name: live.serviceName,
      cluster: live.clusterArn,
      taskDefinition: live.taskDefinition,
      desiredCount: live.desiredCount,
      launchType: live.launchType,
      platformVersion: live.platformVersion,
      schedulingStrategy: live.schedulingStrategy,
      capacityProviderStrategies: strategy?.length ? strategy : undefined,
      networkConfiguration: network && {
        subnets: network.subnets,
        securityGroups: network.securityGroups,
        assignPublicIp: network.assignPublicIp === "ENABLED",
      },
      loadBalancers: live.loadBalancers?.map(({ targetGroupArn, containerName, containerPort }) => ({
        targetGroupArn,
        containerName,
        containerPort,
      })),
      deploymentCircuitBreaker: deployment?.deploymentCircuitBreaker && {
        enable: deployment.deploymentCircuitBreaker.enable,
        rollback: deployment.deploymentCircuitBreaker.rollback,
      },
      deploymentMaximumPercent: deployment?.maximumPercent,
      deploymentMinimumHealthyPercent: deployment?.minimumHealthyPercent,
      deploymentController: live.deploymentController,
      healthCheckGracePeriodSeconds: live.healthCheckGracePeriodSeconds,
      availabilityZoneRebalancing: live.availabilityZoneRebalancing,
      enableExecuteCommand: live.enableExecuteCommand,
      enableEcsManagedTags: live.enableECSManagedTags,
      propagateTags: live.propagateTags,
      tags: lowerTagMap(live.tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    const ecs = await tools.aws.ecs();
    const onlyHere = !changed(
      "taskDefinition",
      "desiredCount",
      "platformVersion",
      "capacityProviderStrategies",
      "networkConfiguration",
      "loadBalancers",
      "deploymentCircuitBreaker",
      "deploymentConfiguration",
      "deploymentMaximumPercent",
      "deploymentMinimumHealthyPercent",
      "alarms",
      "healthCheckGracePeriodSeconds",
      "availabilityZoneRebalancing",
      "enableExecuteCommand",
      "enableEcsManagedTags",
      "propagateTags",
      "triggers",
    );
    if (onlyHere) return;
    await ecs.updateService({
      ...settings(inputs),
      cluster: inputs.cluster,
      service: arn,
      // the count belongs to whoever scales, unless the program changed it
      desiredCount: changed("desiredCount") ? inputs.desiredCount : undefined,
      forceNewDeployment: inputs.forceNewDeployment,
    });
  },
  retag,
  async remove(tools, arn, state) {
    const ecs = await tools.aws.ecs();
    const cluster = asText(state.cluster ?? clusterOf(arn));
    if (state.schedulingStrategy !== "DAEMON" && state.forceDelete !== true)
      await unlessGone(ecs.updateService({ cluster, service: arn, desiredCount: 0 }), "ServiceNotActive");
    await patiently(tools, ["InvalidParameter"], () =>
      ecs.deleteService({ cluster, service: arn, force: state.forceDelete === true }),
    );
    await awaited(
      tools,
      async () => {
        const live = await described(tools, cluster, arn);
        return live === undefined || live.status === "INACTIVE" ? true : undefined;
      },
      () => `its tasks did not stop within 20 minutes`,
      1_200_000,
    );
  },
});

/** `…:service/cluster/name` names its cluster. */
const clusterOf = (arn: string): string => arn.split("/")[1] ?? "default";
