import { untilAborted } from "../sources/pending.ts";
import type { CheckContext } from "./check.ts";

/** Runs with a signal of its own that ends with the context's or after `ms`; what is left running is told to stop. */
export async function withinTime<M>(
  context: CheckContext,
  ms: number,
  work: (context: CheckContext) => Promise<M>,
): Promise<M> {
  const time = new AbortController();
  const signal = AbortSignal.any([context.signal, time.signal]);
  const done = new AbortController();
  void context.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) time.abort(new Error(`no result within ${ms} ms`));
  });
  try {
    return await untilAborted(work({ ...context, signal }), signal);
  } finally {
    done.abort();
    time.abort(new Error("the check is over"));
  }
}
