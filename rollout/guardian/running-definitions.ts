import type { Colour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchClients } from "../aws/clients.ts";
import { tasksOf } from "../aws/tasks.ts";

/** Task definitions of a service's running tasks, read now. */
export async function runningDefinitions(
  clients: SwitchClients,
  inputs: SwitchInputs,
  of: Colour,
): Promise<string[]> {
  const tasks = await tasksOf(clients, inputs, of, "RUNNING");
  return [...new Set(tasks.map((task) => task.taskDefinitionArn ?? ""))];
}
