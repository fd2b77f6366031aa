import { run } from "./run.ts";

/** A violation with as little as leads to it. */
export interface Shrunk {
  readonly seed: number;
  /** What is still needed for the violation: actions and faults. */
  readonly actions: readonly string[];
  readonly faults: readonly string[];
  readonly leftOut: ReadonlySet<string>;
  readonly violation: string;
}

/** Leaves out actions and faults one after the other, keeping each omission that still violates, until none more can go. */
export async function shrink(seed: number, faults = 1): Promise<Shrunk | null> {
  let left = new Set<string>();
  let result = await run({ seed, faults, leftOut: left });
  if (result.violations.length === 0) return null;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const key of [...result.actions.slice(1), ...result.faults]) {
      const tried = new Set([...left, key]);
      const without = await run({ seed, faults, leftOut: tried });
      if (without.violations.length === 0) continue;
      left = tried;
      result = without;
      smaller = true;
      break;
    }
  }
  return {
    seed,
    actions: result.actions,
    faults: result.faults,
    leftOut: left,
    violation: result.violations[0] as string,
  };
}
