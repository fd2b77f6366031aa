import type { Random } from "local-aws/random";
import { type Colour, colours, perColour } from "../domain/colour.ts";
import { limits } from "../domain/limits.ts";
import { sameWeights } from "../domain/weight.ts";
import type { Judgement, RolloutEvent, Ports } from "../rollout/run/ports.ts";
import type { FaultKind, Faults } from "./faults.ts";
import type { Looks, Model, Writer } from "./model.ts";
import type { Part } from "./script.ts";

/** What a gate says of a release, by the run's own truth. */
export type Judge = (
  of: Colour,
  weight: number,
) => { judgement: Pick<Judgement, "verdict" | "why">; afterShare: number };

/** What a simulated process is made of. */
export interface ProcessOptions {
  readonly number: number;
  readonly writer: Writer;
  /** Name that its lease goes by. */
  readonly owner: string;
  readonly model: Model;
  readonly faults: Faults;
  readonly random: Random;
  readonly judge: Judge;
  /** This machine's clock against the true one, in milliseconds. */
  readonly skewMs: number;
  readonly onEvent: (event: RolloutEvent) => void;
  /** The releases this process was asked to roll out: its gate sees when a slot runs another. */
  readonly asked?: Readonly<Record<Colour, string>>;
}

/** What AWS answers when there are too many calls. */
class Throttled extends Error {
  override readonly name = "ThrottlingException";
}

/** One process with ports of its own: its calls are delayed, lost, answered with errors, and it may die at any of them. */
export class Process {
  dead = false;
  readonly #options: ProcessOptions;
  #calls = 0;
  /** Between the first move of a rollback and its write, no gate may be asked. */
  #rollingBack = false;
  #expired = false;
  #offlineUntil = 0;
  /** When traffic was last asked: a claim is about that moment, and is made after the record was written. */
  #askedAt = 0;
  /** When the rule was last read, and the running tasks were last seen. */
  #looks: Looks = { rule: -Infinity, tasks: { blue: -Infinity, green: -Infinity } };

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** The account as this process sees it. */
  ports(): Ports {
    const { model, random, onEvent } = this.#options;
    return {
      clock: {
        now: () => model.time.now + this.#options.skewMs,
        sleep: (ms, signal) => this.#alive(model.time.sleep(ms, signal)),
      },
      random: () => random.next(),
      store: {
        read: () => this.#call("read", () => model.item && { ...model.item }),
        write: (record, expected) =>
          this.#call("write", () => model.write(record, expected, this.#options.writer, this.#options.owner)),
        remove: (expected) => this.#call("remove", () => model.remove(expected)),
      },
      rule: {
        read: () =>
          this.#call("describe", () => {
            this.#looks = { ...this.#looks, rule: model.time.now };
            return model.rule;
          }),
        modify: (weights, timeoutMs) => this.#modify(weights, timeoutMs),
        create: (weights) => this.#call("create", () => model.create(weights)),
        remove: () => this.#call("delete", () => model.removeRule()),
      },
      capacity: {
        healthy: (of) => this.#call("healthy", () => model.slots[of].healthy),
        raise: (of, tasks) => this.#call("raise", () => model.slots[of].raise(tasks)),
        hold: () => this.#call("hold", () => undefined),
        free: () => this.#call("free", () => undefined),
        settle: (of, tasks, timeoutMs) => this.#settle(of, tasks, timeoutMs),
        scaleUp: (of, tasks, deadlineMs, _onProgress, signal) => this.#scaleUp(of, tasks, deadlineMs, signal),
      },
      traffic: {
        namesSlots: true,
        addresses: () => this.#call("addresses", () => ["10.0.0.1"]),
        ask: () => {
          this.#askedAt = model.time.now;
          if (this.dead) return never();
          return this.#offline() ? Promise.reject(unreachable) : Promise.resolve(model.answer());
        },
      },
      gate: {
        candidate: (of, _besideLive, signal) => this.#judge(of, 0, 5_000, signal),
        bake: (of, step, _extended, signal) => this.#judge(of, step.weight, step.bake.max, signal),
        watch: (of, step, signal) => this.#judge(of, step.weight, step.bake.max, signal),
        close: () => Promise.resolve(),
      },
      evidence: {
        finish: () =>
          this.#call("evidence", () => ({ where: "memory", digest: "0" })).catch((error: Error) => ({
            where: "nowhere",
            digest: "0",
            problem: error.message,
          })),
      },
      report: (event) => {
        if (this.dead) return;
        this.#watch(event);
        onEvent(event);
      },
    };
  }

  /** Task definitions of the slot's running tasks. */
  running(of: Colour): Promise<readonly string[]> {
    return this.#call("running", () => {
      this.sawTasks([of]);
      return [this.#options.model.slots[of].taskDefinition];
    });
  }

  /** Notes that what the slots run was read at this moment. */
  sawTasks(of: readonly Colour[] = colours): void {
    const now = this.#options.model.time.now;
    const tasks = perColour((colour) => (of.includes(colour) ? now : this.#looks.tasks[colour]));
    this.#looks = { ...this.#looks, tasks };
  }

  async #scaleUp(
    of: Colour,
    tasks: number,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<{ ready: true } | { ready: false; why: string }> {
    const { model } = this.#options;
    const slot = model.slots[of];
    await this.#call("scale", () => slot.raise(tasks));
    for (let waited = 0; waited <= deadlineMs; waited += 15_000) {
      if (slot.healthy >= tasks) return { ready: true };
      await this.#alive(model.time.sleep(15_000, signal));
    }
    return { ready: false, why: `${of} has ${slot.healthy} of ${tasks} healthy targets` };
  }

  #offline(): boolean {
    return this.#options.model.time.now < this.#offlineUntil;
  }

  /** What keeps a call from the account: this machine's network, its credentials, the account's own limits. */
  #refuseCall(name: string): void {
    const { model, random } = this.#options;
    if (this.#offline()) throw unreachable;
    if (this.#expired) throw new Error("ExpiredToken: the security token has expired");
    if (model.down.has(partOf[name] ?? "rule")) throw new Error(`${name}: service unavailable`);
    if (model.throttled > 0 && random.chance(model.throttled)) throw new Throttled(`${name}: rate exceeded`);
  }

  /** A rule change: beyond its time limit the caller gives up, and the change may arrive all the same. */
  async #modify(weights: { blue: number; green: number }, timeoutMs: number): Promise<void> {
    const { model, writer, random } = this.#options;
    const fault = this.#strike("modify");
    // A change that takes longer than its limit is given up by the caller: that is the same as a late one.
    if (fault !== "late-effect" && fault !== "long-delay")
      return this.#call("modify", () => model.modify(weights, writer, this.#looks), fault);
    const late = timeoutMs + random.whole(0, 4_000);
    const looks = this.#looks;
    void model.time.sleep(late).then(() => {
      if (model.rule !== null && !sameWeights(model.rule.weights, weights))
        model.setRule(weights, "late", looks);
    });
    await this.#alive(model.time.sleep(timeoutMs));
    throw new Error(`no answer within ${timeoutMs} ms`);
  }

  /** Scaling down: beyond its time limit the caller gives up, and the change may arrive all the same. */
  async #settle(of: Colour, tasks: number, timeoutMs: number): Promise<void> {
    const { model, random } = this.#options;
    const settle = model.settling(of, tasks);
    const fault = this.#strike("settle");
    if (fault !== "late-effect" && fault !== "long-delay") return this.#call("settle", settle, fault);
    void model.time.sleep(timeoutMs + random.whole(0, limits.lateEffectMs)).then(settle);
    await this.#alive(model.time.sleep(timeoutMs));
    throw new Error(`no answer within ${timeoutMs} ms`);
  }

  async #judge(of: Colour, weight: number, bakeMs: number, signal: AbortSignal): Promise<Judgement> {
    const { model, judge, asked, random } = this.#options;
    if (this.#rollingBack) model.violate("a rollback waited for a gate");
    if (asked && weight === 0 && asked[of] !== model.slots[of].release)
      return {
        verdict: "fail",
        why: `${of} runs another release`,
        firstBadAt: null,
        decidedAt: model.time.now,
      };
    const { judgement, afterShare } = judge(of, weight);
    const interrupted = await this.#alive(
      model.time.sleep(Math.max(1, bakeMs * afterShare), signal).then(
        () => false,
        () => true,
      ),
    );
    // A gate that is interrupted says what it has seen so far, or nothing at all.
    if (interrupted && random.next() < 0.5) signal.throwIfAborted();
    const seen = interrupted ? ({ verdict: "inconclusive", why: "too little was seen" } as const) : judgement;
    return { ...seen, firstBadAt: null, decidedAt: model.time.now };
  }

  /** Claims are checked when they are made: what is called proved must be what the balancer does. */
  #watch(event: RolloutEvent): void {
    const { model } = this.#options;
    if (event.kind === "rolling-back") this.#rollingBack = true;
    if (event.kind === "written") this.#rollingBack = false;
    if (event.kind !== "proved") return;
    if (!model.did(event.weights, this.#askedAt))
      model.violate(`weights were called proved that the balancer does not have`);
    model.noteLive();
  }

  #strike(name: string): FaultKind | null {
    const { faults, number } = this.#options;
    return faults.strike(number, ++this.#calls, name);
  }

  /** One call with its fault. A dead process never gets an answer. */
  async #call<T>(name: string, effect: () => T, fault = this.#strike(name)): Promise<T> {
    const { model, random } = this.#options;
    if (fault === "delay") await model.time.sleep(random.whole(50, 3_000));
    if (fault === "long-delay") await model.time.sleep(random.whole(3_000, 90_000));
    if (fault === "crash-before") this.dead = true;
    if (this.dead) return never();
    if (fault === "expired-credentials") this.#expired = true;
    if (fault === "lost-network") this.#offlineUntil = model.time.now + random.whole(2_000, 150_000);
    this.#refuseCall(name);
    if (fault === "error-before") throw new Error(`${name}: connection reset`);
    // A duplicate is a call that the SDK sent again because the first answer was lost: the second one's answer is seen.
    if (fault === "duplicate") effect();
    const result = effect();
    if (fault === "crash-after") this.dead = true;
    if (fault === "error-after") throw new Error(`${name}: connection reset`);
    return this.#alive(Promise.resolve(result));
  }

  /** What a process that died in the meantime never sees. */
  async #alive<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.dead ? await never() : value;
    } catch (error) {
      if (this.dead) return never();
      throw error;
    }
  }
}

const unreachable = new Error("network is unreachable");

/** The part of the account that answers a call; the others concern the rule. */
const partOf: Readonly<Record<string, Part>> = {
  read: "record",
  write: "record",
  remove: "record",
  healthy: "capacity",
  running: "capacity",
  raise: "capacity",
  hold: "capacity",
  free: "capacity",
  settle: "capacity",
  scale: "capacity",
  addresses: "traffic",
  modify: "modify",
};

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
