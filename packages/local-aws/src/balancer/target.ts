import { Agent } from "node:http";
import type { Clock, Timer } from "../clock.ts";
import { checkTarget, type CheckResult } from "./health-check.ts";
import type { Ending, HealthCheck, Target, TargetHealth, TargetState } from "./types.ts";

/**
 * How long an idle connection to a target is kept, in milliseconds. Without an end of its own the agent would not heed how long
 * the target says that it keeps them either, and a request could meet one that the target is just closing.
 */
const idleConnectionMs = 60_000;

/** AWS's own texts for the states that no health check explains. */
const explanations = {
  registering: ["Elb.RegistrationInProgress", "Target registration is in progress"],
  initial: ["Elb.InitialHealthChecking", "Initial health checks in progress"],
  draining: ["Target.DeregistrationInProgress", "Target deregistration is in progress"],
  unused: ["Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"],
} as const;

/** What a target is checked with; `speedup` divides the intervals between its health checks. */
export interface TargetSettings {
  clock: Clock;
  speedup: number;
  healthCheck: () => HealthCheck;
  onChange: (target: RegisteredTarget) => void;
}

/** An exchange that is open on a target, as its target knows it. */
export interface OpenExchange {
  cut(ending: Ending, why: string): void;
}

/** A target in a group: its health, its pool of connections, the exchanges that are open on it. */
export class RegisteredTarget {
  readonly target: Target;
  readonly exchanges = new Set<OpenExchange>();
  /** Idle connections are kept for the next request, newest first. */
  readonly agent = new Agent({
    keepAlive: true,
    maxFreeSockets: 1024,
    scheduling: "lifo",
    timeout: idleConnectionMs,
  });
  readonly #settings: TargetSettings;
  #state: TargetState = "unused";
  #explanation: readonly [string, string] | null = explanations.unused;
  #since: number;
  #checks = 0;
  #passes = 0;
  #failures = 0;
  #timer: Timer = null;
  #abandonCheck: () => void = () => {};

  constructor(target: Target, settings: TargetSettings) {
    this.target = { id: target.id, port: target.port };
    this.#settings = settings;
    this.#since = settings.clock.now();
  }

  get state(): TargetState {
    return this.#state;
  }

  get health(): TargetHealth {
    return {
      target: this.target,
      state: this.#state,
      ...(this.#explanation && { reason: this.#explanation[0], description: this.#explanation[1] }),
      since: this.#since,
      inFlight: this.exchanges.size,
      checks: this.#checks,
    };
  }

  /** Starts its checks: it is initial until the first one passed, or enough have failed. */
  use(): void {
    this.#stopChecking();
    this.#passes = 0;
    this.#failures = 0;
    if (this.#settings.healthCheck().enabled === false) {
      this.#become("healthy", null);
      return;
    }
    this.#become("initial", explanations.registering);
    this.#timer = this.#settings.clock.setTimeout(() => this.#check(), 0);
  }

  /** No rule names its group any more. */
  disuse(): void {
    this.#stopChecking();
    this.#become("unused", explanations.unused);
  }

  /** No new requests from now on; after the delay what is still open is cut and `gone` is called. */
  drain(delayMs: number, gone: () => void): void {
    this.#stopChecking();
    this.#become("draining", explanations.draining);
    this.#timer = this.#settings.clock.setTimeout(() => {
      for (const exchange of this.exchanges)
        exchange.cut("deregistered", "the deregistration delay of its target was over");
      this.destroy();
      gone();
    }, delayMs);
  }

  /** Stops checks and timers and closes idle connections. */
  destroy(): void {
    this.#stopChecking();
    this.agent.destroy();
  }

  #stopChecking(): void {
    this.#settings.clock.clearTimeout(this.#timer);
    this.#abandonCheck();
    this.#abandonCheck = () => {};
  }

  /** The next check starts an interval after this one started, or when this one has ended. */
  #check(): void {
    const { clock, speedup } = this.#settings;
    const check = this.#settings.healthCheck();
    const nextAt = clock.now() + check.intervalMs / speedup;
    const timeoutMs = Math.max(Math.min(check.timeoutMs, 2_000), check.timeoutMs / speedup);
    this.#abandonCheck = checkTarget(this.target, check, timeoutMs, clock, (result) => {
      this.#record(check, result);
      this.#timer = clock.setTimeout(() => this.#check(), Math.max(nextAt - clock.now(), 1));
    });
  }

  /** A new target needs one pass, any other as many in a row as the thresholds say. */
  #record(check: HealthCheck, result: CheckResult): void {
    this.#checks++;
    if (result.healthy) {
      this.#failures = 0;
      this.#passes++;
      const needed = this.#state === "initial" ? 1 : check.healthyThreshold;
      if (this.#state !== "healthy" && this.#passes >= needed) this.#become("healthy", null);
      return;
    }
    this.#passes = 0;
    this.#failures++;
    if (this.#failures >= check.unhealthyThreshold)
      this.#become("unhealthy", [result.reason, result.description]);
    else if (this.#state === "initial") this.#become("initial", explanations.initial);
  }

  #become(state: TargetState, explanation: readonly [string, string] | null): void {
    const same = state === this.#state && explanation?.[1] === this.#explanation?.[1];
    if (state !== this.#state) this.#since = this.#settings.clock.now();
    this.#state = state;
    this.#explanation = explanation;
    if (!same) this.#settings.onChange(this);
  }
}
