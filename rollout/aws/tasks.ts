import { DescribeTasksCommand, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import type { Colour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchClients } from "./clients.ts";

/** Tasks that one DescribeTasks takes (Amazon ECS API). */
const mostDescribed = 100;

/** All tasks of a slot's service that are wanted running, or that stopped within the last hour; read now, page by page. */
export async function tasksOf(
  { ecs }: Pick<SwitchClients, "ecs">,
  { cluster, services }: Pick<SwitchInputs, "cluster" | "services">,
  of: Colour,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const arns: string[] = [];
  let next: string | undefined;
  do {
    const { taskArns = [], nextToken } = await ecs.send(
      new ListTasksCommand({ cluster, serviceName: services[of], desiredStatus, nextToken: next }),
    );
    arns.push(...taskArns);
    next = nextToken;
  } while (next);
  const found: Task[] = [];
  for (let from = 0; from < arns.length; from += mostDescribed) {
    const tasks = arns.slice(from, from + mostDescribed);
    found.push(...((await ecs.send(new DescribeTasksCommand({ cluster, tasks }))).tasks ?? []));
  }
  return found;
}
