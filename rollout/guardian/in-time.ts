import type { Ports } from "../run/ports.ts";
import type { GuardianPorts } from "./ports.ts";

/** The tick's time is over, up to what is kept for giving the lease back. */
class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

/** Both kinds of ports, for as long as a tick has time. */
export interface TimedPorts {
  readonly ports: Ports;
  readonly guardian: GuardianPorts;
  /** The tick is over: nothing is waited for any longer. */
  close(): void;
}

/**
 * Ports whose calls end when the time is over, with OutOfTime: what is under way then is given up, and nothing is begun any
 * more. A function that has answered is frozen where it stands and thawed by its next call: what it still had in mind would
 * be done then.
 */
export function inTime(ports: Ports, guardian: GuardianPorts, ms: number): TimedPorts {
  const over = new AbortController();
  const done = new AbortController();
  ports.clock.sleep(Math.max(0, ms), done.signal).then(
    () => over.abort(new OutOfTime("the time of this tick is over")),
    () => undefined,
  );
  const ended = new Promise<never>((_resolve, reject) => {
    over.signal.addEventListener("abort", () => reject(over.signal.reason as Error));
  });
  ended.catch(() => undefined);
  /** The same calls, each given up when the time is over. A value that is no function stays as it is. */
  const timed = <T extends object>(of: T): T =>
    new Proxy(of, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          over.signal.throwIfAborted();
          const result: unknown = value.apply(target, args);
          return result instanceof Promise ? Promise.race([result, ended]) : result;
        };
      },
    });
  const { clock, store, rule, capacity, traffic, gate } = ports;
  return {
    ports: {
      ...ports,
      clock: { now: () => clock.now(), sleep: (time, signal) => timed(clock).sleep(time, signal) },
      store: timed(store),
      rule: timed(rule),
      capacity: timed(capacity),
      traffic: timed(traffic),
      gate: timed(gate),
    },
    guardian: timed(guardian),
    close: () => done.abort(),
  };
}
