import { backOffMs, shortBackOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";
import { Drifted, Fenced } from "./failures.ts";
import type { Ports } from "./ports.ts";

/** What waiting between tries takes. */
type Waits = Pick<Ports, "clock" | "random">;

/** Makes a call, a read or an idempotent write, with retries: again after a back-off when it fails. Throws the last error. */
export function withRetries<T>(ports: Waits, call: () => Promise<T>): Promise<T> {
  return tryFor(ports, call, limits.callTries, backOffMs);
}

/** The same in a rollback, which has priority over a budget and gets more tries that wait less. */
export function urgently<T>(ports: Waits, call: () => Promise<T>): Promise<T> {
  return tryFor(ports, call, limits.urgentTries, shortBackOffMs);
}

async function tryFor<T>(
  ports: Waits,
  call: () => Promise<T>,
  tries: number,
  waitMs: typeof backOffMs,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Fenced || error instanceof Drifted || n >= tries) throw error;
      await ports.clock.sleep(waitMs(n, ports.random()));
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
