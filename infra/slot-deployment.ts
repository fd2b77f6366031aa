import { containerNames } from "../domain/log-streams.ts";
import type { HubConfig, SlotConfig } from "./config.ts";
import { type ContainerFacts, containersOf } from "./containers.ts";

/** Everything that starts a deployment of a slot when it changes, but for what no preview knows: ARNs, and the subnets of a new VPC. */
export interface SlotDeployment {
  /** Of the task definition, under Pulumi's names. */
  readonly definition: {
    readonly requiresCompatibilities: string[];
    readonly networkMode: string;
    readonly cpu: string;
    readonly memory: string;
    readonly runtimePlatform: { readonly cpuArchitecture: string; readonly operatingSystemFamily: string };
    /** JSON. */
    readonly containerDefinitions: string;
  };
  /** Of the service: the container that the balancer talks to, and where its tasks run. ECS starts new tasks for a change of either. */
  readonly target: { readonly containerName: string; readonly containerPort: number };
  readonly assignPublicIp: boolean;
  /** The config's own; undefined: those of a new VPC. */
  readonly subnets: string[] | undefined;
}

/** What starts a deployment of a slot, from the config and what its containers are told besides. */
export function slotDeployment(config: HubConfig, slot: SlotConfig, facts: ContainerFacts): SlotDeployment {
  const { hub, sidecar, network } = config;
  return {
    definition: {
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(slot.cpu),
      memory: String(slot.memory),
      runtimePlatform: { cpuArchitecture: slot.architecture, operatingSystemFamily: "LINUX" },
      containerDefinitions: JSON.stringify(containersOf(config, slot, facts)),
    },
    target: sidecar.enabled
      ? { containerName: containerNames.sidecar, containerPort: sidecar.port }
      : { containerName: containerNames.hub, containerPort: hub.port },
    assignPublicIp: network.assignPublicIp,
    subnets: network.privateSubnetIds,
  };
}
