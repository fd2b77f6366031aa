import type { SideDoor } from "../../server.ts";
import type { Service } from "../../service.ts";
import { definitions } from "./definitions.ts";
import { Scheduler } from "./scheduler.ts";
import { services } from "./services.ts";
import type { HeldService, State } from "./state.ts";
import { agentDoor, tasks } from "./tasks.ts";

/** ECS with its inside: the agent that tasks ask about themselves, and services as they are. */
export interface Ecs extends Service {
  readonly agent: SideDoor;
  readonly state: State;
  /** Wants another number of tasks, as Application Auto Scaling does. Does nothing for an unknown service. */
  setDesired(clusterName: string, serviceName: string, count: number): void;
  /** The services as they are, for those who watch from inside. */
  service(clusterName: string, serviceName: string): HeldService | undefined;
}

/** Elastic Container Service over processes of this machine. */
export function ecs(state: State): Ecs {
  const scheduler = new Scheduler(state);
  return {
    signingName: "ecs",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-ecs"),
    handlers: { ...definitions(state), ...services(state, scheduler), ...tasks(state, scheduler) },
    agent: agentDoor(state),
    state,
    service: (clusterName, serviceName) => state.services.get(`${clusterName}/${serviceName}`),
    setDesired(clusterName, serviceName, count) {
      const service = state.services.get(`${clusterName}/${serviceName}`);
      if (!service) return;
      service.live.desiredCount = count;
      scheduler.look(service);
    },
    close: () => scheduler.close(),
  };
}
