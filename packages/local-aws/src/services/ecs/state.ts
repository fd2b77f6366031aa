import type {
  Cluster,
  Deployment,
  Service as EcsService,
  ServiceEvent,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Balancer } from "../../balancer/index.ts";
import type { Clock } from "../../clock.ts";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Tags } from "../../tags.ts";
import type { Task, TaskRunner } from "../../tasks/index.ts";

/** A task of a service, from its start until some time after its end. */
export interface HeldTask {
  readonly arn: string;
  readonly id: string;
  readonly clusterArn: string;
  readonly serviceName: string;
  readonly deployment: string;
  readonly definition: TaskDefinition & { taskDefinitionArn: string };
  /** Null while it is being started, and for good when that failed. */
  task: Task | null;
  /** Why it never started; null otherwise. */
  startFailure: string | null;
  /** It was told to stop, or is on its way out of the target group. */
  leaving: boolean;
  /** Where it is registered. */
  targets: { group: string; id: string; port: number }[];
  readonly createdAt: number;
  startedAt: number | null;
  stoppedAt: number | null;
  stoppedReason: string | null;
  stopCode: string | null;
  /** Until when the scheduler may not choose it for scale-in; null when it may. */
  protectedUntil: number | null;
}

/** A deployment of a service, with what every deployment here has. */
export type HeldDeployment = Deployment & {
  id: string;
  status: "PRIMARY" | "ACTIVE";
  taskDefinition: string;
  desiredCount: number;
  failedTasks: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  /** No further task before this moment: failing tasks are started ever more slowly. */
  notBefore: number;
};

/** A service as DescribeServices shows it, with its deployments; `active` false: it was deleted. */
export interface HeldService {
  readonly live: EcsService & {
    serviceArn: string;
    serviceName: string;
    clusterArn: string;
    desiredCount: number;
  };
  /** Newest first; the first is PRIMARY. */
  deployments: HeldDeployment[];
  readonly events: ServiceEvent[];
  active: boolean;
}

/** Everything ECS holds, and whom it works with. */
export interface State {
  readonly clock: Clock;
  /** Most items of one page of a list. */
  readonly pageSize: number;
  readonly ids: Ids;
  readonly tags: Tags;
  readonly balancer: Balancer;
  readonly runner: TaskRunner;
  readonly clusters: Map<string, Cluster & { clusterArn: string; clusterName: string }>;
  /** By family, oldest revision first. */
  readonly definitions: Map<string, (TaskDefinition & { taskDefinitionArn: string })[]>;
  readonly services: Map<string, HeldService>;
  readonly tasks: Map<string, HeldTask>;
  /** Value of a secret by its ARN, or of a parameter by its ARN or name. Throws when there is none. */
  readonly secret: (id: string) => string;
  /** Takes a line of a container's output. */
  readonly log: (group: string, stream: string, line: string) => void;
  /** Where the endpoint listens; known once it does. */
  readonly endpoint: () => string;
}

const nameOf = (text: string) => text.slice(text.lastIndexOf("/") + 1);

/** The cluster of a name or an ARN, `default` without one. Throws ClusterNotFoundException, also for one that was deleted. */
export function clusterOf(
  state: State,
  ref: string | undefined,
): Cluster & { clusterArn: string; clusterName: string } {
  const found = state.clusters.get(nameOf(ref ?? "default"));
  if (!found || found.status === "INACTIVE")
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return found;
}

/** The key of a service among those of all clusters: `CLUSTER/SERVICE`. The service may be named by its ARN. */
export function serviceKey(clusterName: string, service: string): string {
  return `${clusterName}/${nameOf(service)}`;
}

/** The service of a name or an ARN. Throws ServiceNotFoundException, or ServiceNotActiveException for one that was deleted. */
export function serviceOf(state: State, cluster: string | undefined, ref: string | undefined): HeldService {
  const found = state.services.get(serviceKey(clusterOf(state, cluster).clusterName, ref ?? ""));
  if (!found) throw new AwsError("ServiceNotFoundException", "Service not found.");
  if (!found.active) throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
  return found;
}

/** A definition by ARN, `family:revision`, or family, which means the newest that is active. */
export function definitionOf(
  state: State,
  ref: string | undefined,
): TaskDefinition & { taskDefinitionArn: string } {
  const [family = "", revision] = nameOf(ref ?? "").split(":");
  const all = state.definitions.get(family) ?? [];
  const found =
    revision === undefined
      ? all.findLast(({ status }) => status === "ACTIVE")
      : all.find((one) => String(one.revision) === revision);
  if (!found) throw new AwsError("ClientException", "Unable to describe task definition.");
  return found;
}

/** How long a stopped task can still be described, in milliseconds (ECS: about an hour). */
const keptMs = 3_600_000;

/** Every task that can still be described. Forgetting on a look needs no timer, which would keep the process alive. */
export function knownTasks({ tasks, clock }: State): HeldTask[] {
  const oldest = clock.now() - keptMs;
  for (const { arn, stoppedAt } of tasks.values())
    if (stoppedAt !== null && stoppedAt < oldest) tasks.delete(arn);
  return [...tasks.values()];
}

/** The tasks of a service that can still be described, stopped ones too. */
export const tasksOf = (state: State, { live }: HeldService): HeldTask[] =>
  knownTasks(state).filter(
    (task) => task.serviceName === live.serviceName && task.clusterArn === live.clusterArn,
  );

/** Whether a task has not stopped. It counts from the moment it was asked for. */
export const alive = (task: HeldTask) => task.stoppedAt === null;

/** Adds a line to a service's events, newest first; a hundred are kept. */
export function say({ events }: HeldService, state: State, text: string): void {
  events.unshift({ id: state.ids.uuid(), createdAt: new Date(state.clock.now()), message: text });
  events.splice(100);
}

/** An ARN of ECS in the local account; `rest` is what follows the account, such as `cluster/NAME`. */
export const ecsArn = (rest: string) => arn("ecs", rest);
