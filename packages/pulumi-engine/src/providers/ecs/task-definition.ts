import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { TaskDefinitionArgs } from "@pulumi/aws/ecs/taskDefinition.js";
import { unlessGone } from "../aws-error.ts";
import { flag, json, list, map, number, object, set, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { lowerTagMap } from "../tags.ts";
import { asText } from "../values.ts";
import { retag } from "./cluster.ts";

/**
 * A revision of a task definition, by its ARN; it cannot be changed, only followed by another. With `skipDestroy` the old one
 * stays, and can still be started.
 */
export const taskDefinition = kind<TaskDefinitionArgs>({
  type: "aws:ecs/taskDefinition:TaskDefinition",
  fields: {
    family: text,
    containerDefinitions: json,
    cpu: text,
    memory: text,
    networkMode: text,
    requiresCompatibilities: set(text),
    executionRoleArn: text,
    taskRoleArn: text,
    runtimePlatform: object({ cpuArchitecture: text, operatingSystemFamily: text }),
    ephemeralStorage: object({ sizeInGib: number }, ["sizeInGib"]),
    volumes: list(object({ name: text, hostPath: text }, ["name"])),
    pidMode: text,
    ipcMode: text,
    enableFaultInjection: flag,
    skipDestroy: flag,
    trackLatest: flag,
    tags: map,
  },
  required: ["family", "containerDefinitions"],
  // every change is a new revision; only these two live in Pulumi's state alone
  forceNew: [
    "family",
    "containerDefinitions",
    "cpu",
    "memory",
    "networkMode",
    "requiresCompatibilities",
    "executionRoleArn",
    "taskRoleArn",
    "runtimePlatform",
    "ephemeralStorage",
    "volumes",
    "pidMode",
    "ipcMode",
    "enableFaultInjection",
  ],
  defaults: { skipDestroy: false, trackLatest: false },
  gone: ["ClientException"],
  async create(tools, inputs) {
    const ecs = await tools.aws.ecs();
    const answer = await ecs.registerTaskDefinition({
      family: inputs.family,
      containerDefinitions: JSON.parse(inputs.containerDefinitions) as [],
      cpu: inputs.cpu,
      memory: inputs.memory,
      networkMode: inputs.networkMode as "awsvpc" | undefined,
      requiresCompatibilities: inputs.requiresCompatibilities as ["FARGATE"] | undefined,
      executionRoleArn: inputs.executionRoleArn,
      taskRoleArn: inputs.taskRoleArn,
      runtimePlatform: inputs.runtimePlatform as RegisterTaskDefinitionCommandInput["runtimePlatform"],
      ephemeralStorage: inputs.ephemeralStorage && { sizeInGiB: inputs.ephemeralStorage.sizeInGib },
      volumes: inputs.volumes?.map(({ name, hostPath }) => ({
        name,
        host: hostPath === undefined ? undefined : { sourcePath: hostPath },
      })),
      pidMode: inputs.pidMode as "task" | undefined,
      ipcMode: inputs.ipcMode as "none" | undefined,
      enableFaultInjection: inputs.enableFaultInjection,
      tags: inputs.tags && Object.entries(inputs.tags).map(([key, value]) => ({ key, value })),
    });
    return answer.taskDefinition?.taskDefinitionArn ?? "";
  },
  async read(tools, id, state) {
    const ecs = await tools.aws.ecs();
    const asked = asText(state.arn ?? id);
    const answer = await unlessGone(
      ecs.describeTaskDefinition({ taskDefinition: asked, include: ["TAGS"] }),
      "ClientException",
    );
    const live = answer?.taskDefinition;
    if (live === undefined || live.status === "INACTIVE") return undefined;
    const arn = live.taskDefinitionArn ?? asked;
    return {
      arn,
      arnWithoutRevision: arn.replace(/:\d+$/, ""),
      revision: live.revision,
      family: live.family,
      // a revision cannot change: what was registered is kept as written, without the defaults AWS adds
      containerDefinitions: state.containerDefinitions ?? JSON.stringify(live.containerDefinitions),
      cpu: live.cpu,
      memory: live.memory,
      networkMode: live.networkMode,
      requiresCompatibilities: live.requiresCompatibilities,
      executionRoleArn: live.executionRoleArn,
      taskRoleArn: live.taskRoleArn,
      runtimePlatform: live.runtimePlatform,
      tags: lowerTagMap(answer?.tags),
    };
  },
  update: async () => {},
  retag,
  async remove(tools, _id, state) {
    if (state.skipDestroy === true) return;
    await (await tools.aws.ecs()).deregisterTaskDefinition({ taskDefinition: asText(state.arn) });
  },
});
