import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { Colour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchClients } from "../aws/clients.ts";

/** Task definitions of a service's running tasks, read now. */
export async function runningDefinitions(
  { ecs }: SwitchClients,
  { cluster, services }: SwitchInputs,
  of: Colour,
): Promise<string[]> {
  const { taskArns } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName: services[of], desiredStatus: "RUNNING" }),
  );
  if (!taskArns || taskArns.length === 0) return [];
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return [...new Set((tasks ?? []).map((task) => task.taskDefinitionArn ?? ""))];
}
