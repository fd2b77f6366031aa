import { setTimeout as sleep } from "node:timers/promises";

/**
 * What `work` gives, unless that takes longer than `ms`: then it rejects with a `TimeoutError`, and the work goes on unheard.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new DOMException(`not within ${ms / 1_000} s`, "TimeoutError");
  });
  late.catch(() => undefined); // the race hears it, if it is still on
  work.catch(() => undefined); // nobody may be left to hear of it
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
