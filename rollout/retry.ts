import { Drifted, Fenced } from "./failures.ts";
import { limits } from "./policy/limits.ts";
import type { World } from "./ports.ts";

/** A read or an idempotent write, tried again with back-off when it fails. Throws the last error. */
export function again<T>(world: World, call: () => Promise<T>): Promise<T> {
  return tryFor(world, call, limits.callTries, backOffMs);
}

/** The same on the way home: a rollback has priority over a budget, and gets more tries that wait less. */
export function urgently<T>(world: World, call: () => Promise<T>): Promise<T> {
  return tryFor(world, call, limits.urgentTries, shortBackOffMs);
}

async function tryFor<T>(
  world: World,
  call: () => Promise<T>,
  tries: number,
  waitMs: typeof backOffMs,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Fenced || error instanceof Drifted || n >= tries) throw error;
      await world.clock.sleep(waitMs(n, world.random()));
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

/**
 * The same, at most half a second: one call that is refused nine times in a row, which half of all calls throttled bring
 * about in one rollback of fifty, then takes 2 s and not 6.
 */
export function shortBackOffMs(tries: number, random: number): number {
  return Math.min(Math.round(500 * random), backOffMs(tries, random));
}
