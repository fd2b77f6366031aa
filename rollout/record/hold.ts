import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { restartDrain } from "../policy/drain.ts";
import { Fenced } from "../run/failures.ts";
import type { Ports, Versioned } from "../run/ports.ts";
import { urgently } from "../run/retry.ts";
import { writeOrSee } from "./conditional-write.ts";

/**
 * A hold on the record by whoever waits for no rollout: a takeover, or the guardian at its own work. Unlike under a Lease,
 * what somebody else wrote meanwhile is never read again and written over: then the traffic is theirs.
 */
export class Hold {
  readonly ports: Ports;
  #held: Versioned;

  private constructor(ports: Ports, held: Versioned) {
    this.ports = ports;
    this.#held = held;
  }

  /** Takes hold by one conditional write over the version found. Null when somebody wrote in between. */
  static async take(ports: Ports, record: SwitchRecord, found: number): Promise<Hold | null> {
    return (await writeOrSee(ports, record, found)) ? new Hold(ports, { record, version: found + 1 }) : null;
  }

  /** The record as its holder last wrote it: it changes when the lease is renewed. */
  get record(): SwitchRecord {
    return this.#held.record;
  }

  /** Renews a lease whose rest is too short for one more rule change. */
  async keep(): Promise<void> {
    const now = this.ports.clock.now();
    const { record, version } = this.#held;
    const { lease } = record;
    if (lease === null || lease.until - now >= limits.modifyTimeoutMs + limits.leaseMarginMs) return;
    const renewed = { ...restartDrain(record, now), lease: { ...lease, until: now + limits.leaseMs } };
    if (!(await writeOrSee(this.ports, renewed, version))) throw takenOver();
    this.#held = { record: renewed, version: version + 1 };
  }

  /** Throws Fenced when somebody else wrote the record. */
  async mustLast(): Promise<void> {
    const there = await urgently(this.ports, () => this.ports.store.read());
    if (there?.version !== this.#held.version) throw takenOver();
  }

  /** Lets go with a last change. What somebody else wrote since stays as it is. */
  async letGo(record: SwitchRecord): Promise<void> {
    await this.ports.store.write(record, this.#held.version);
  }
}

const takenOver = () => new Fenced("somebody else took the traffic over in the meantime");
