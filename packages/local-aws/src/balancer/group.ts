import type { Clock } from "../clock.ts";
import { compileMatcher } from "./health-check.ts";
import { RegisteredTarget } from "./target.ts";
import type { Target, TargetGroup, TargetHealth } from "./types.ts";

/** What a target group works with; `speedup` divides its health check intervals. */
export interface GroupSettings {
  clock: Clock;
  random: () => number;
  speedup: number;
  onHealth: (group: string, health: TargetHealth) => void;
}

/** A target group: who is registered, who is fit for the next request. */
export class Group {
  readonly #settings: GroupSettings;
  readonly #targets = new Map<string, RegisteredTarget>();
  #group: TargetGroup;
  #used = false;
  #turn = 0;

  constructor(group: TargetGroup, settings: GroupSettings) {
    this.#settings = settings;
    this.#group = checked(group);
  }

  /** New settings; health checks follow them from their next run. */
  change(group: TargetGroup): void {
    this.#group = checked(group);
  }

  /** Whether some rule names this group: only then are its targets checked. */
  setUsed(used: boolean): void {
    if (used === this.#used) return;
    this.#used = used;
    for (const target of this.#targets.values()) {
      if (target.state === "draining") continue;
      if (used) target.use();
      else target.disuse();
    }
  }

  /** Registering a target that is there changes nothing, unless it was draining: then it starts anew. */
  register(target: Target): void {
    const key = keyOf(target);
    const known = this.#targets.get(key);
    if (known && known.state !== "draining") return;
    if (known) {
      if (this.#used) known.use();
      else known.disuse();
      return;
    }
    const added = new RegisteredTarget(target, {
      clock: this.#settings.clock,
      speedup: this.#settings.speedup,
      healthCheck: () => this.#group.healthCheck,
      onChange: (changed) => this.#settings.onHealth(this.#group.arn, changed.health),
    });
    this.#targets.set(key, added);
    if (this.#used) added.use();
  }

  /** Its status shows draining for the whole delay, even when nothing is open on it. */
  deregister(target: Target): void {
    const key = keyOf(target);
    const known = this.#targets.get(key);
    if (!known || known.state === "draining") return;
    known.drain(this.#group.deregistrationDelayMs, () => this.#targets.delete(key));
  }

  health(): TargetHealth[] {
    return Array.from(this.#targets.values(), (target) => target.health);
  }

  inFlight(): number {
    return this.health().reduce((sum, health) => sum + health.inFlight, 0);
  }

  /**
   * The target for the next request; null when none is registered. When no target is healthy, all that are registered
   * get traffic all the same (fail-open), as on an ALB.
   */
  choose(): { target: RegisteredTarget; failOpen: boolean } | null {
    const registered = Array.from(this.#targets.values()).filter((target) => target.state !== "draining");
    const healthy = registered.filter((target) => target.state === "healthy");
    const fit = healthy.length > 0 ? healthy : registered;
    const target = this.#pick(fit);
    return target && { target, failOpen: healthy.length === 0 };
  }

  /** Cuts everything that is open and forgets all targets. */
  close(why: string): void {
    for (const target of this.#targets.values()) {
      for (const exchange of target.exchanges) exchange.cut("closed", why);
      target.destroy();
    }
    this.#targets.clear();
  }

  #pick(fit: readonly RegisteredTarget[]): RegisteredTarget | null {
    if (fit.length < 2) return fit[0] ?? null;
    switch (this.#group.algorithm) {
      case "weighted_random":
        return fit[Math.floor(this.#settings.random() * fit.length)] ?? null;
      case "round_robin":
        return fit[this.#turn++ % fit.length] ?? null;
      case "least_outstanding_requests": {
        const least = Math.min(...fit.map((target) => target.exchanges.size));
        const idlest = fit.filter((target) => target.exchanges.size === least);
        return idlest[this.#turn++ % idlest.length] ?? null;
      }
      default:
        throw new Error(`unknown algorithm ${String(this.#group.algorithm satisfies never)}`);
    }
  }
}

function keyOf(target: Target): string {
  return `${target.id}:${target.port}`;
}

function checked(group: TargetGroup): TargetGroup {
  compileMatcher(group.healthCheck.matcher);
  return group;
}
