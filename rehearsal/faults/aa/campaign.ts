import type { Population } from "./populations.ts";
import { type FalseAlarm, playIdentical } from "./rollout.ts";

/** What rollouts of identical releases on one population came to. */
export interface AaResult {
  readonly population: string;
  readonly rollouts: number;
  readonly seed: number;
  readonly rolledBack: readonly FalseAlarm[];
}

/** Most of 10,000 identical releases that may be rolled back. */
export const mostOfTenThousand = 10;

/**
 * Plays rollouts with seeds from `seed` on.
 * @param turn lets the event loop come round between two rollouts
 */
export async function playPopulation(
  population: Population,
  {
    rollouts,
    seed,
    turn,
  }: { readonly rollouts: number; readonly seed: number; readonly turn: () => Promise<void> },
): Promise<AaResult> {
  const rolledBack: FalseAlarm[] = [];
  for (let n = 0; n < rollouts; n += 1) {
    const alarm = await playIdentical(population, seed + n);
    if (alarm !== null) rolledBack.push(alarm);
    await turn();
  }
  return { population: population.name, rollouts, seed, rolledBack };
}

/** Whether so few were rolled back that the promise holds: of fewer than 10,000 rollouts, in proportion, but one is never too many. */
export const holds = ({ rollouts, rolledBack }: AaResult): boolean =>
  rolledBack.length <= Math.max(1, (mostOfTenThousand * rollouts) / 10_000);
