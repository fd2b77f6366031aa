import { causeText } from "../checks/sources/causes.ts";
import type { Door, HostTaken, SessionTransport } from "./found.ts";
import { Listener } from "./listener.ts";
import { openSession } from "./session.ts";

/** A name as it comes from a balancer, which no hub knows. */
const publicHost = "hub.example";

/**
 * Asks at an open endpoint under a public Host whatever was answered under the hub's own. Never rejects.
 * @param token bearer token; null: none
 */
export async function findHost(
  door: Door<SessionTransport>,
  token: string | null,
  patienceMs: number,
): Promise<HostTaken> {
  const { hostname } = new URL(door.origin);
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
    return { host: null, why: "is found out in the task: this address is on another machine" };
  const listener = new Listener({ token, host: publicHost });
  const signal = AbortSignal.timeout(patienceMs);
  try {
    await using session = await openSession(door, listener, signal);
    await session.listTools(signal);
    return { host: "public", why: `takes a public one, ${publicHost}` };
  } catch (error) {
    const refused = listener.heads.findLast(({ status }) => status >= 400);
    const by = refused === undefined ? causeText(error) : `HTTP ${refused.status}`;
    return { host: "loopback", why: `refuses a public one (${by}): hub.host is loopback` };
  }
}
