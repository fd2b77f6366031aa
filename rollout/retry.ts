import { Drifted, Fenced } from "./failures.ts";
import { limits } from "./policy/limits.ts";
import type { World } from "./ports.ts";

/** A read or an idempotent write, tried again with back-off when it fails. Throws the last error. */
export async function again<T>(
  world: World,
  call: () => Promise<T>,
  tries: number = limits.callTries,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Fenced || error instanceof Drifted || n >= tries) throw error;
      await world.clock.sleep(backOffMs(n, world.random()));
    }
  }
}

/**
 * Whether AWS refused a call because there were too many: it had no effect, and another try may. ELBv2 calls it Throttling,
 * the others ThrottlingException; the older names stand in AWS's list of common errors.
 */
export function isThrottling(error: unknown): boolean {
  return /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/.test(
    (error as Error).name,
  );
}

/** Full jitter below 100 ms · 2ⁿ, at most 2 s. */
export function backOffMs(tries: number, random: number): number {
  return Math.round(Math.min(2_000, 100 * 2 ** tries) * random);
}
