import { type AccessEntry, Balancer } from "./balancer/index.ts";
import { keepCalls } from "./call-lines.ts";
import type { Clock } from "./clock.ts";
import { Faults } from "./faults.ts";
import { Ids, region, taskKey } from "./names.ts";
import { type CallEvent, Endpoint } from "./server.ts";
import { acm } from "./services/acm/index.ts";
import { autoscaling } from "./services/autoscaling/index.ts";
import { takeEmbedded } from "./services/cloudwatch/embedded.ts";
import { type AlarmChange, type CloudWatch, cloudwatch } from "./services/cloudwatch/index.ts";
import { dynamodb } from "./services/dynamodb/index.ts";
import { ec2 } from "./services/ec2/index.ts";
import { ecr } from "./services/ecr/index.ts";
import { type Ecs, ecs } from "./services/ecs/index.ts";
import { elbv2 } from "./services/elbv2/index.ts";
import { type EventBridge, eventBridge } from "./services/events/index.ts";
import { iam } from "./services/iam/index.ts";
import { type Lambda, lambda } from "./services/lambda/index.ts";
import { type Logs, logs } from "./services/logs/index.ts";
import { route53 } from "./services/route53/index.ts";
import { s3 } from "./services/s3/index.ts";
import { type SecretsManager, secretsManager } from "./services/secretsmanager/index.ts";
import { serviceQuotas } from "./services/servicequotas/index.ts";
import { type Sns, sns } from "./services/sns/index.ts";
import { parameterStore } from "./services/ssm/index.ts";
import { sts } from "./services/sts/index.ts";
import { Tags } from "./tags.ts";
import { type Images, TaskRunner } from "./tasks/index.ts";

export type { AccessEntry } from "./balancer/index.ts";
export { callLine } from "./call-lines.ts";
export { type Clock, systemClock } from "./clock.ts";
export { account, functionKey, region, taskKey } from "./names.ts";
export type { CallEvent } from "./server.ts";
export { defaultVpc } from "./services/ec2/index.ts";
export { type ImageCommand, type Images, UnusableImages, loadImages } from "./tasks/index.ts";

/** What a local AWS is made from. */
export interface AwsOptions {
  /** What image references run. */
  readonly images: Images;
  /** Folder for tasks and functions; removed by `close`. */
  readonly folder: string;
  readonly clock: Clock;
  /** 0 ≤ x < 1: weights, identifiers, faults. */
  readonly random: () => number;
  /** From ModifyRule to its effect in traffic, in milliseconds; 0 unless set. */
  readonly propagationDelayMs?: number;
  /** Of the endpoint; a free one unless set. */
  readonly port?: number;
  /** Port of this machine on which a listener's port is opened, 0 for a free one; the same unless set. */
  readonly listenerPort?: (asked: number) => number;
  /** Name under which clients mean to come to a balancer; what they say unless set. */
  readonly publicName?: string;
  /** Divides target health check intervals; 1 unless set. */
  readonly healthCheckSpeedup?: number;
  /** Divides schedules of EventBridge; 1 unless set. */
  readonly scheduleSpeedup?: number;
  /** Most items of one page of a list, where a service would give more; as AWS has it unless set. */
  readonly pageSize?: number;
  readonly onAccess?: (entry: AccessEntry) => void;
  /** A defect of the local AWS, or something that would hurt on AWS although it works here. */
  readonly onNote?: (note: string) => void;
}

/** A local AWS that runs: its endpoint for the SDK, and its parts for those who look at it from inside. */
export interface LocalAws {
  /** http://127.0.0.1:port */
  readonly endpoint: string;
  /** What processes need to talk to it: endpoint, region, credentials that mean nothing. */
  readonly env: Readonly<Record<string, string>>;
  readonly balancer: Balancer;
  readonly runner: TaskRunner;
  readonly faults: Faults;
  /** How often each `service.operation` was called. */
  readonly calls: ReadonlyMap<string, number>;
  readonly ecs: Ecs;
  readonly logs: Logs;
  readonly secrets: SecretsManager;
  readonly cloudwatch: CloudWatch;
  readonly sns: Sns;
  readonly lambda: Lambda;
  readonly events: EventBridge;
  /** Hears each call before and after. Returns how to stop listening. */
  onCall(listener: (event: CallEvent) => void): () => void;
  /** Stops everything at once: tasks are killed, ports closed, folders removed. */
  close(): Promise<void>;
}

/** AWS on this machine's loopback interface, as far as the stack, the switch, the checks and the guardian use it. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { clock, random, images, folder, pageSize = Infinity } = options;
  const note = options.onNote ?? (() => undefined);
  const ids = new Ids(random);
  const faults = new Faults(random, clock);
  const calls = new Map<string, number>();
  const listeners = new Set<(event: CallEvent) => void>();
  const { LOCAL_AWS_CALLS: kept } = process.env;
  const book = kept ? keepCalls(kept) : null;
  if (book) listeners.add(book.hear);
  // The endpoint's address is known only once it listens; what runs in tasks and functions needs it.
  const environment: Record<string, string> = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "AKIALOCALREHEARSAL",
    AWS_SECRET_ACCESS_KEY: "local-rehearsal-only",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const ofTasks: Record<string, string> = { ...environment, AWS_ACCESS_KEY_ID: taskKey };
  let endpoint = "";
  const onAlarm = (change: AlarmChange) => {
    for (const action of change.actions)
      if (action.includes(":sns:"))
        notify.publish(action, `${change.state}: "${change.name}"`, JSON.stringify(change), change.at);
    bridge.onAlarm(change);
  };
  const cloud = cloudwatch(clock, onAlarm, pageSize);
  const balancer = new Balancer({
    random,
    clock,
    propagationDelayMs: options.propagationDelayMs ?? 0,
    healthCheckSpeedup: options.healthCheckSpeedup ?? 1,
    onAccess: (entry) => options.onAccess?.(entry),
    onNote: note,
    ...(options.publicName === undefined ? {} : { publicName: options.publicName }),
    ...(options.listenerPort === undefined ? {} : { listenerPort: options.listenerPort }),
  });
  const runner = new TaskRunner({ images, folder, clock, random, environment: ofTasks });
  const secrets = secretsManager(ids);
  const parameters = parameterStore();
  const journal = logs(ids, clock, (group, text) =>
    takeEmbedded(cloud.metrics, { group, text, now: clock.now() }),
  );
  const containers = ecs({
    clock,
    pageSize,
    ids,
    tags: new Tags(),
    balancer,
    runner,
    clusters: new Map(),
    definitions: new Map(),
    services: new Map(),
    tasks: new Map(),
    // What is no secret's ARN is a parameter's, or its name.
    secret: (ref) => (/^arn:[^:]*:secretsmanager:/.test(ref) ? secrets : parameters).value(ref),
    log: (group, stream, line) => journal.take(group, stream, line),
    endpoint: () => endpoint,
  });
  const network = ec2(ids);
  const balancing = elbv2(balancer, ids, pageSize);
  const functions = lambda({
    ids,
    folder,
    environment,
    closedTo: (from) => balancing.closedTo(from, network),
    vpcOfSubnet: network.vpcOfSubnet,
    mark: runner.mark,
    log: (group, line) => journal.take(group, "local", line),
    onFailure: (name, result) => note(`the function ${name} failed: ${result}`),
  });
  const bridge = eventBridge(ids, clock, options.scheduleSpeedup ?? 1, (target, event) =>
    functions.invokeAsync(target, event),
  );
  const notify = sns(ids, pageSize);
  const scaling = autoscaling(ids, {
    desired(resourceId) {
      const [, cluster = "", service = ""] = resourceId.split("/");
      const found = containers.service(cluster, service);
      return found?.active === true ? found.live.desiredCount : undefined;
    },
    set(resourceId, count) {
      const [, cluster = "", service = ""] = resourceId.split("/");
      containers.setDesired(cluster, service, count);
    },
  });
  const dns = route53(ids);
  const services = [
    acm(ids, (name) => dns.has(name)),
    dns,
    s3(),
    sts(ids),
    balancing,
    containers,
    secrets,
    parameters,
    journal,
    cloud,
    dynamodb(ids),
    scaling,
    iam(ids),
    network,
    notify,
    functions,
    bridge,
    ecr(),
    serviceQuotas(ids),
  ];
  const server = new Endpoint({
    services,
    clock,
    random,
    faults,
    sideDoors: [containers.agent],
    port: options.port ?? 0,
    onCall(event) {
      const name = `${event.service}.${event.operation}`;
      if (event.when === "before") calls.set(name, (calls.get(name) ?? 0) + 1);
      for (const listener of listeners) listener(event);
    },
    onDefect: (error, operation) =>
      note(`the local AWS failed in ${operation}: ${error.stack ?? error.message}`),
  });
  endpoint = await server.listen();
  for (const each of [environment, ofTasks]) each["AWS_ENDPOINT_URL"] = endpoint;
  return {
    endpoint,
    env: environment,
    balancer,
    runner,
    faults,
    calls,
    ecs: containers,
    logs: journal,
    secrets,
    cloudwatch: cloud,
    sns: notify,
    lambda: functions,
    events: bridge,
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      for (const service of services) await service.close?.();
      await server.close();
      await runner.close();
      await balancer.close();
      book?.close();
    },
  };
}
