import type { Deployment, Service } from "@aws-sdk/client-ecs";
import type { Tools } from "../kind.ts";

interface Watched {
  cluster: string;
  service: string;
  /** What the program wants to run: a breaker that went back to an older one is a failure, not a steady state. */
  taskDefinition?: string | undefined;
}

/** As long as the real provider waits for a service, unless the resource's `customTimeouts` say otherwise. */
const usualTimeoutMs = 20 * 60_000;

/** Waits until the service's primary deployment is complete; throws with the service's own words when it fails. */
export async function steadyState(tools: Tools, watched: Watched): Promise<void> {
  const timeoutMs = tools.timeoutMs ?? usualTimeoutMs;
  const until = tools.now() + timeoutMs;
  let told = "";
  for (;;) {
    const service = await described(tools, watched);
    const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
    const failed = service.deployments?.find(({ rolloutState }) => rolloutState === "FAILED");
    const went = wentBack(watched, primary);
    if (failed !== undefined || went !== undefined)
      throw new Error(await reasons(tools, watched, service, failed?.rolloutStateReason ?? went ?? ""));
    if (primary !== undefined && isComplete(service, primary)) return;
    if (tools.now() >= until)
      throw new Error(
        await reasons(
          tools,
          watched,
          service,
          `it reached no steady state within ${Math.round(timeoutMs / 1_000)} seconds`,
        ),
      );
    const progress = `${service.runningCount ?? 0} of ${service.desiredCount ?? 0} tasks running`;
    if (progress !== told) tools.log(progress);
    told = progress;
    await tools.sleep(tools.pollMs);
  }
}

async function described(tools: Tools, { cluster, service }: Watched): Promise<Service> {
  const answer = await (await tools.aws.ecs()).describeServices({ cluster, services: [service] });
  const found = answer.services?.[0];
  if (found === undefined) throw new Error(`The service ${service} is gone while it was waited for.`);
  return found;
}

function isComplete(service: Service, primary: Deployment): boolean {
  if (primary.rolloutState !== undefined) return primary.rolloutState === "COMPLETED";
  // controllers other than ECS report no rollout state
  return service.deployments?.length === 1 && service.runningCount === service.desiredCount;
}

/** A circuit breaker with rollback ends in a complete deployment of something else. */
function wentBack({ taskDefinition }: Watched, primary: Deployment | undefined): string | undefined {
  if (taskDefinition === undefined || primary?.taskDefinition === undefined) return undefined;
  const wanted = shortName(taskDefinition);
  const running = shortName(primary.taskDefinition);
  // "family" alone means its newest revision, which the answer names
  const agrees = wanted.includes(":") ? wanted === running : wanted === running.split(":")[0];
  return agrees ? undefined : `the service went back to ${running}, ${wanted} was wanted`;
}

const shortName = (arn: string): string => arn.split("/").at(-1) ?? arn;

/** What failed, the service's last events and why its last tasks stopped. */
async function reasons(tools: Tools, watched: Watched, service: Service, why: string): Promise<string> {
  const events = (service.events ?? []).slice(0, 3).map(({ message }) => message ?? "");
  const stopped = await stoppedReasons(tools, watched);
  return [
    `the deployment of service ${service.serviceName} failed: ${why}`,
    events.length === 0 ? "" : `last events: ${events.join(" | ")}`,
    stopped.length === 0 ? "no stopped task is known" : `stopped tasks: ${stopped.join(" | ")}`,
  ]
    .filter((part) => part !== "")
    .join("; ");
}

async function stoppedReasons(tools: Tools, { cluster, service }: Watched): Promise<string[]> {
  const ecs = await tools.aws.ecs();
  const serviceName = service.split("/").at(-1);
  const listed = await ecs.listTasks({ cluster, serviceName, desiredStatus: "STOPPED", maxResults: 10 });
  if (listed.taskArns === undefined || listed.taskArns.length === 0) return [];
  const { tasks } = await ecs.describeTasks({ cluster, tasks: listed.taskArns });
  const newestFirst = (tasks ?? []).sort(
    (one, other) => (other.stoppedAt?.getTime() ?? 0) - (one.stoppedAt?.getTime() ?? 0),
  );
  const said = newestFirst.slice(0, 3).map((task) => {
    const containers = (task.containers ?? [])
      .filter(({ exitCode, reason }) => reason !== undefined || (exitCode ?? 0) !== 0)
      .map(
        ({ name, exitCode, reason }) =>
          `${name} exit code ${exitCode ?? "none"}${reason ? `, ${reason}` : ""}`,
      );
    return [task.stoppedReason ?? "no reason given", ...containers].join(", ");
  });
  return [...new Set(said)];
}
