/** Rejects with the signal's reason as soon as it aborts, whatever the work does. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Gives the work a signal of its own that follows the outer one only while the work is pending: the MCP client keeps
 * listening to a call's signal after its answer, and would cancel every call ever made when the outer signal aborts.
 */
export async function whilePending<T>(
  signal: AbortSignal,
  work: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(signal.reason);
  if (signal.aborted) follow();
  signal.addEventListener("abort", follow, { once: true });
  try {
    return await untilAborted(work(own.signal), own.signal);
  } finally {
    signal.removeEventListener("abort", follow);
  }
}
