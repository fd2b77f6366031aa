import { type Colour, colours } from "../../domain/colour.ts";
import type { Weights } from "../../domain/weight.ts";
import type { Ports } from "./ports.ts";

/**
 * Asks for all of the tasks for the slots that a rollback gives the traffic, some of which may have been retired since. Asked
 * for before the rule is changed and not waited for: one healthy target is enough to go home, and what fails here is told.
 */
export async function raiseServing(
  ports: Pick<Ports, "capacity" | "report">,
  to: Weights,
  tasks: Readonly<Record<Colour, number>>,
): Promise<void> {
  const serving = colours.filter((colour) => to[colour] > 0);
  await Promise.all(
    serving.map(async (colour) => {
      try {
        await ports.capacity.raise(colour, tasks[colour]);
      } catch (error) {
        const text = `raising ${colour} to ${tasks[colour]} tasks failed: ${(error as Error).message}`;
        ports.report({ kind: "scaling", colour, text });
      }
    }),
  );
}
