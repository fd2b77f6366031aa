import type { CheckContext } from "../core/check.ts";
import type { ProbeSession } from "../sources/probe-session.ts";

/** Opens a session at the slot under test, and closes it whatever happens. */
export async function withSession<T>(
  context: CheckContext,
  work: (session: ProbeSession) => Promise<T>,
): Promise<T> {
  const session = await context.sources.probes.open(context.slot, context.signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
