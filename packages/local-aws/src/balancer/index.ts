import { Group } from "./group.ts";
import { ListenerServer } from "./listener.ts";
import { groupsNamed } from "./routes.ts";
import type { BalancerOptions, Listener, Target, TargetGroup, TargetHealth } from "./types.ts";

export type * from "./types.ts";

/**
 * The data plane of an application load balancer, on this machine: ports on 127.0.0.1, rules, weighted target groups,
 * health checks, draining. It is told what to do by calls, not by an API; every answer and every refusal is an ALB's.
 */
export class Balancer {
  readonly #options: BalancerOptions;
  readonly #groups = new Map<string, Group>();
  readonly #listeners = new Map<string, { server: ListenerServer; named: string[] }>();
  readonly #noted = new Set<string>();
  #propagationDelayMs: () => number;

  constructor(options: BalancerOptions) {
    this.#options = options;
    const delay = options.propagationDelayMs;
    this.#propagationDelayMs = typeof delay === "function" ? delay : () => delay;
  }

  /** Opens the port and returns it. Rejects with code EADDRINUSE when it is taken. */
  async openListener(listener: Listener): Promise<number> {
    if (this.#listeners.has(listener.arn)) throw new Error(`listener ${listener.arn} is open already`);
    const server = new ListenerServer(listener, {
      clock: this.#options.clock,
      random: this.#options.random,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 10_000,
      publicName: this.#options.publicName ?? null,
      groupOf: (arn) => this.#groups.get(arn),
      onAccess: (entry) => this.#options.onAccess?.(entry),
      onKeepAliveHint: (group, hintMs, idleMs) => this.#noteKeepAlive(group, hintMs, idleMs),
    });
    const port = await server.listen(this.#options.listenerPort?.(listener.port) ?? listener.port);
    this.#listeners.set(listener.arn, { server, named: groupsNamed(listener.rules, listener.defaultAction) });
    this.#markUsed();
    return port;
  }

  /** Changes rules and attributes of an open listener. Its port stays. Requests under way are not touched. */
  updateListener(listener: Listener): void {
    const open = this.#listeners.get(listener.arn);
    if (!open) throw new Error(`listener ${listener.arn} is not open`);
    open.server.update(listener, this.#propagationDelayMs());
    open.named = groupsNamed(listener.rules, listener.defaultAction);
    this.#markUsed();
  }

  /** Closes the port and every connection to it. Nothing happens when it is not open. */
  async closeListener(arn: string): Promise<void> {
    const open = this.#listeners.get(arn);
    if (!open) return;
    this.#listeners.delete(arn);
    this.#markUsed();
    await open.server.close();
  }

  /** Makes a target group or changes its settings. */
  putTargetGroup(group: TargetGroup): void {
    const known = this.#groups.get(group.arn);
    if (known) {
      known.change(group);
      return;
    }
    this.#groups.set(
      group.arn,
      new Group(group, {
        clock: this.#options.clock,
        random: this.#options.random,
        speedup: this.#options.healthCheckSpeedup ?? 1,
        onHealth: (arn, health) => this.#options.onHealth?.(arn, health),
      }),
    );
    this.#markUsed();
  }

  /** Forgets the group and cuts what is open on its targets. */
  removeTargetGroup(arn: string): void {
    this.#groups.get(arn)?.close("its target group was removed");
    this.#groups.delete(arn);
  }

  registerTarget(groupArn: string, target: Target): void {
    if (!/^127\.\d+\.\d+\.\d+$/.test(target.id) && target.id !== "::1")
      throw new Error(
        `target ${target.id} is no loopback address: the local balancer never leaves this machine`,
      );
    this.#group(groupArn).register(target);
  }

  deregisterTarget(groupArn: string, target: Target): void {
    this.#group(groupArn).deregister(target);
  }

  /** Of every target that is registered or still draining. */
  targetHealth(groupArn: string): TargetHealth[] {
    return this.#group(groupArn).health();
  }

  /** Requests and streams that are open on the group's targets now. */
  inFlight(groupArn: string): number {
    return this.#group(groupArn).inFlight();
  }

  /** For changes from now on. */
  setPropagationDelay(ms: number): void {
    this.#propagationDelayMs = () => ms;
  }

  /** Closes every port, connection and timer. */
  async close(): Promise<void> {
    const open = [...this.#listeners.keys()];
    await Promise.all(open.map((arn) => this.closeListener(arn)));
    for (const arn of this.#groups.keys()) this.removeTargetGroup(arn);
  }

  #group(arn: string): Group {
    const group = this.#groups.get(arn);
    if (!group) throw new Error(`there is no target group ${arn}`);
    return group;
  }

  #markUsed(): void {
    const named = new Set([...this.#listeners.values()].flatMap((listener) => listener.named));
    for (const [arn, group] of this.#groups) group.setUsed(named.has(arn));
  }

  /** Connections are let go before the target does, which an ALB would not do: it answers 502 now and then. */
  #noteKeepAlive(group: string, hintMs: number, idleMs: number): void {
    if (hintMs > idleMs || this.#noted.has(group)) return;
    this.#noted.add(group);
    this.#options.onNote?.(
      `targets of ${group} close idle connections after ${hintMs / 1_000} s, the balancer keeps them for ${idleMs / 1_000} s: ` +
        "on AWS this gives a 502 now and then; set the server's keep-alive timeout above the idle timeout",
    );
  }
}
