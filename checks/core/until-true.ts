import type { CheckContext } from "./check.ts";

const everyMs = 25;

/** Waits until the question is answered with true, for at most `ms`; says whether it was. */
export async function untilTrue(
  context: Pick<CheckContext, "now" | "sleep" | "signal">,
  ms: number,
  question: () => boolean,
): Promise<boolean> {
  const end = context.now() + ms;
  while (!question()) {
    context.signal.throwIfAborted();
    if (context.now() >= end) return false;
    await context.sleep(everyMs, context.signal);
  }
  return true;
}
