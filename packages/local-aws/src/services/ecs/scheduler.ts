import { digits } from "../../names.ts";
import type { StopCode } from "../../tasks/index.ts";
import { launch, unregister } from "./launch.ts";
import {
  type HeldDeployment,
  type HeldService,
  type HeldTask,
  type State,
  alive,
  definitionOf,
  say,
  tasksOf,
} from "./state.ts";

/** How often every service is looked at, besides after each change, in milliseconds. */
const lookMs = 250;
/** Fewest and most failed tasks at which the circuit breaker opens; half the desired count in between (ECS, deployment circuit breaker). */
const breakerLeast = 3;
const breakerMost = 200;

/** Keeps as many tasks of the right definition running as each service wants. */
export class Scheduler {
  readonly #state: State;
  #timer: unknown = null;
  #closed = false;

  constructor(state: State) {
    this.#state = state;
    this.#again();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) this.#state.clock.clearTimeout(this.#timer);
  }

  /** Looks at one service now. */
  look(service: HeldService): void {
    if (this.#closed) return;
    const { clock } = this.#state;
    const now = clock.now();
    const [primary] = service.deployments;
    if (!primary) return;
    this.#dropUnhealthy(service, now);
    const tasks = tasksOf(this.#state, service).filter(alive);
    const ours = tasks.filter((task) => task.deployment === primary.id && !task.leaving);
    const others = tasks.filter((task) => task.deployment !== primary.id && !task.leaving);
    const desired = service.active ? service.live.desiredCount : 0;
    primary.desiredCount = desired;
    this.#open(service, primary);
    this.#start(service, primary, desired, ours.length, tasks.length, now);
    this.#stop(service, desired, ours, others);
    this.#complete(service, primary, desired, ours, others);
  }

  #again(): void {
    this.#timer = this.#state.clock.setTimeout(() => {
      for (const service of this.#state.services.values()) this.look(service);
      if (!this.#closed) this.#again();
    }, lookMs);
  }

  #start(
    service: HeldService,
    primary: HeldDeployment,
    desired: number,
    ours: number,
    all: number,
    now: number,
  ): void {
    if (primary.rolloutState === "FAILED" || now < primary.notBefore) return;
    const most = Math.max(
      1,
      Math.floor((desired * (service.live.deploymentConfiguration?.maximumPercent ?? 200)) / 100),
    );
    let room = Math.min(desired - ours, most - all);
    for (; room > 0; room--) launch(this.#state, service, () => this.look(service));
  }

  /** Old tasks go when enough healthy ones remain, and surplus ones; those that are protected stay until that ends. */
  #stop(service: HeldService, desired: number, ours: readonly HeldTask[], others: readonly HeldTask[]): void {
    const now = this.#state.clock.now();
    const least = Math.ceil(
      (desired * (service.live.deploymentConfiguration?.minimumHealthyPercent ?? 100)) / 100,
    );
    let healthy = [...ours, ...others].filter((task) => this.#healthy(service, task)).length;
    const free = ({ protectedUntil }: HeldTask) => protectedUntil === null || protectedUntil <= now;
    for (const task of others.filter(free)) {
      const counts = this.#healthy(service, task);
      if (counts && healthy - 1 < least) continue;
      if (counts) healthy--;
      this.leave(service, task, `Scaling activity initiated by deployment ${service.deployments[0]?.id}`);
    }
    for (const task of ours.filter(free).slice(0, Math.max(0, ours.length - desired)))
      this.leave(service, task, `Scaling activity initiated by deployment ${task.deployment}`);
  }

  #complete(
    service: HeldService,
    primary: HeldDeployment,
    desired: number,
    ours: readonly HeldTask[],
    others: readonly HeldTask[],
  ): void {
    if (primary.rolloutState !== "IN_PROGRESS" || others.length > 0) return;
    if (ours.length !== desired || !ours.every((task) => this.#healthy(service, task))) return;
    primary.rolloutState = "COMPLETED";
    primary.failedTasks = 0;
    service.deployments = [primary];
    say(service, this.#state, `(service ${service.live.serviceName}) has reached a steady state.`);
  }

  /** The circuit breaker: a deployment whose tasks keep failing fails, and goes back when it is told to. */
  #open(service: HeldService, primary: HeldDeployment): void {
    const breaker = service.live.deploymentConfiguration?.deploymentCircuitBreaker;
    const limit = Math.min(breakerMost, Math.max(breakerLeast, Math.ceil(primary.desiredCount / 2)));
    if (breaker?.enable !== true || primary.rolloutState !== "IN_PROGRESS" || primary.failedTasks < limit)
      return;
    primary.rolloutState = "FAILED";
    primary.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
    say(
      service,
      this.#state,
      `(service ${service.live.serviceName}) (deployment ${primary.id}) deployment failed: tasks failed to start.`,
    );
    const before = service.deployments.find((one) => one !== primary && one.rolloutState === "COMPLETED");
    if (breaker.rollback === true && before) deploy(this.#state, service, before.taskDefinition);
  }

  /** Running, and healthy in every target group of its service. */
  #healthy({ live }: HeldService, held: HeldTask): boolean {
    if (held.task?.state !== "RUNNING" || held.leaving) return false;
    const wanted = live.loadBalancers ?? [];
    if (held.targets.length < wanted.length) return false;
    return held.targets.every(
      ({ group, id, port }) =>
        this.#state.balancer
          .targetHealth(group)
          .find(({ target }) => target.id === id && target.port === port)?.state !== "unhealthy" &&
        ["healthy", "unused"].includes(
          this.#state.balancer
            .targetHealth(group)
            .find(({ target }) => target.id === id && target.port === port)?.state ?? "initial",
        ),
    );
  }

  /** A task that its balancer calls unhealthy, past the grace period, is replaced. */
  #dropUnhealthy(service: HeldService, now: number): void {
    const grace = (service.live.healthCheckGracePeriodSeconds ?? 0) * 1_000;
    for (const held of tasksOf(this.#state, service)) {
      if (!alive(held) || held.leaving || held.startedAt === null || now - held.startedAt < grace) continue;
      const sick = held.targets.find(({ group, id, port }) =>
        this.#state.balancer
          .targetHealth(group)
          .some(({ target, state }) => target.id === id && target.port === port && state === "unhealthy"),
      );
      const container = held.task?.containers.find(({ health }) => health === "UNHEALTHY");
      if (!sick && !container) continue;
      const deployment = service.deployments.find(({ id }) => id === held.deployment);
      if (deployment) deployment.failedTasks++;
      this.leave(
        service,
        held,
        sick
          ? `Task failed ELB health checks in (target-group ${sick.group})`
          : `Task failed container health checks`,
      );
    }
  }

  /** Out of the target groups, then the open requests end or the deregistration delay does, then SIGTERM. */
  leave(
    service: HeldService,
    held: HeldTask,
    reason: string,
    code: StopCode = "ServiceSchedulerInitiated",
  ): void {
    if (held.leaving || held.stoppedAt !== null) return;
    held.leaving = true;
    held.stoppedReason = reason;
    held.stopCode = code;
    const left = [...held.targets];
    unregister(this.#state, held);
    const { task } = held;
    if (task === null) return;
    void this.#drained(left)
      .then(() => this.#state.runner.stop(task, reason, code))
      .catch((error: Error) =>
        say(service, this.#state, `stopping task ${held.id} failed: ${error.message}`),
      );
  }

  /** Resolves when nothing is open on the targets any more, or they are gone from their groups. */
  async #drained(targets: HeldTask["targets"]): Promise<void> {
    const busy = () =>
      !this.#closed &&
      targets.some(({ group, id, port }) =>
        this.#state.balancer
          .targetHealth(group)
          .some(({ target, inFlight }) => target.id === id && target.port === port && inFlight > 0),
      );
    while (busy()) await new Promise<void>((done) => this.#state.clock.setTimeout(done, lookMs));
  }
}

/** A new primary deployment; the one before it stays until its tasks are replaced. */
export function deploy(state: State, service: HeldService, taskDefinition: string): void {
  const now = new Date(state.clock.now());
  const definition = definitionOf(state, taskDefinition);
  for (const one of service.deployments) one.status = "ACTIVE";
  service.deployments.unshift({
    id: `ecs-svc/${state.ids.of(digits, 19)}`,
    status: "PRIMARY",
    taskDefinition: definition.taskDefinitionArn,
    desiredCount: service.live.desiredCount,
    failedTasks: 0,
    rolloutState: "IN_PROGRESS",
    createdAt: now,
    updatedAt: now,
    launchType: service.live.launchType ?? "FARGATE",
    notBefore: 0,
  });
  service.live.taskDefinition = definition.taskDefinitionArn;
}
