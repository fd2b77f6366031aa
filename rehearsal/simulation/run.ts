import { applyUp } from "../../rollout/apply.ts";
import { tick } from "../../rollout/guardian/act.ts";
import type { Guarding } from "../../rollout/guardian/decision.ts";
import { adopt } from "../../rollout/policy/adoption.ts";
import { type Colour, colours, other, perColour } from "../../rollout/policy/colour.ts";
import { decide } from "../../rollout/policy/decision.ts";
import type { SwitchInputs } from "../../rollout/policy/inputs.ts";
import { leaseHeld } from "../../rollout/policy/record.ts";
import { wayHome } from "../../rollout/policy/takeover.ts";
import { describeWeights, sameWeights, weightsFor } from "../../rollout/policy/weight.ts";
import type { RolloutEvent } from "../../rollout/ports.ts";
import { takeTrafficOver } from "../../rollout/takeover.ts";
import { Faults } from "./faults.ts";
import { inputsFor, randomPlan } from "./inputs.ts";
import { Model } from "./model.ts";
import { type Judge, Process } from "./process.ts";
import { Random } from "./random.ts";
import { type Deed, type Part, script } from "./script.ts";
import { VirtualTime } from "./time.ts";

export interface RunOptions {
  readonly seed: number;
  /** Scales the odds of every fault; 1 is usual. */
  readonly faults?: number;
  /** Faults and deeds to leave out, for shrinking. */
  readonly leftOut?: ReadonlySet<string>;
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly faults: readonly string[];
  readonly deeds: readonly string[];
  /** Transitions taken, as `state event state`. */
  readonly transitions: ReadonlySet<string>;
  readonly guardings: ReadonlySet<Guarding["kind"]>;
}

/** How long the quiet time at the end is: two leases and the time in which rollbacks are re-asserted. */
const quietMs = 900_000;
const minute = 60_000;

/** One run from one seed: a world, people and machines that act on it, faults, and the invariants throughout. */
export async function run(options: RunOptions): Promise<RunResult> {
  const scene = new Scene(options);
  return scene.play();
}

class Scene {
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #time = new VirtualTime();
  readonly #model = new Model(this.#time);
  readonly #faults: Faults;
  readonly #plan;
  readonly #bad = new Set<string>();
  readonly #transitions = new Set<string>();
  readonly #guardings = new Set<Guarding["kind"]>();
  readonly #cancels: AbortController[] = [];
  #processes = 0;
  #releases = 0;
  #greenWeight = 0;
  #quiet = false;
  /** Alarms of the live colour, as the guardian is told: they may lie. */
  #alarm = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#faults = new Faults(options.seed, options.faults ?? 1, options.leftOut);
    this.#plan = randomPlan(this.#random);
    // Below a plan's proofTimeout: what takes longer than that the switch cannot know of.
    this.#model.propagationMs = this.#random.chance(0.5) ? 0 : this.#random.whole(0, 20_000);
  }

  async play(): Promise<RunResult> {
    const start = this.#time.now;
    const { deeds, endMs } = script(this.#random, this.#options.leftOut ?? new Set());
    this.#model.slots.blue.release = this.#newRelease(0);
    this.#model.slots.green.release = this.#model.slots.blue.release;
    for (const deed of deeds) void this.#time.sleep(deed.atMs).then(() => this.#act(deed));
    for (let at = minute; at < endMs + quietMs; at += minute)
      void this.#time.sleep(at).then(() => this.#guard());
    await this.#time.run(start + endMs, () => this.#model.noteLive());
    this.#quiet = true;
    await this.#time.run(start + endMs + quietMs, () => this.#model.noteLive());
    this.#judgeEnd();
    return {
      seed: this.#options.seed,
      violations: this.#model.violations,
      faults: this.#faults.struck,
      deeds: deeds.map((deed) => deed.key),
      transitions: this.#transitions,
      guardings: this.#guardings,
    };
  }

  #say(text: string): void {
    this.#options.onLine?.(`${new Date(this.#time.now).toISOString().slice(11, 23)} ${text}`);
  }

  #newRelease(badChance: number): string {
    const name = (0x100000000000 + ++this.#releases).toString(16);
    if (this.#random.chance(badChance)) this.#bad.add(name);
    return name;
  }

  /** A process for one deed. In the quiet time at the end no more faults strike. */
  #process(
    writer: "rollout" | "guardian" | "by hand",
    label: string,
    asked?: Record<Colour, string>,
  ): Process {
    const number = ++this.#processes;
    return new Process({
      number,
      writer,
      model: this.#model,
      faults: this.#quiet ? new Faults(0, 0) : this.#faults,
      random: this.#random.fork(number),
      judge: this.#judge,
      skewMs: this.#random.whole(-2_000, 2_000),
      onEvent: (event) => this.#onEvent(label, event),
      ...(asked ? { asked } : {}),
    });
  }

  #onEvent(label: string, event: RolloutEvent): void {
    if (event.kind === "moved") this.#transitions.add(`${event.from} ${event.on} ${event.to}`);
    this.#say(`${label}: ${JSON.stringify(event)}`);
  }

  /** Bad releases fail, mostly; good ones pass, mostly; sometimes nobody can tell. */
  readonly #judge: Judge = (of, weight) => {
    const draw = this.#random.next();
    const bad = this.#bad.has(this.#model.slots[of].release) && (weight > 0 || draw < 0.3);
    const verdict = draw > 0.94 ? "inconclusive" : bad || draw > 0.92 ? "fail" : "pass";
    return {
      judgement: { verdict, why: `${verdict} at ${weight} %` },
      afterShare: verdict === "fail" ? this.#random.next() : 1,
    };
  };

  async #act(deed: Deed): Promise<void> {
    this.#say(`— ${deed.key}`);
    switch (deed.kind) {
      case "deploy":
        return this.#up(deed.key, { deploy: true, weight: deed.weight });
      case "weigh":
        return this.#up(deed.key, { deploy: false, weight: deed.weight });
      case "repeat":
        return this.#up(deed.key, { deploy: false, weight: null });
      case "cancel":
        return this.#cancels.at(-1)?.abort(new Error("cancelled"));
      case "rollback":
        return this.#byHand(deed.key, false);
      case "abort":
        return this.#byHand(deed.key, true);
      case "hand-edit":
        return this.#model.rule === null
          ? undefined
          : this.#model.setRule(weightsFor("green", deed.weight), "hand edit");
      case "destroy-rule":
        return this.#model.removeRule();
      case "refresh":
        return this.#refresh();
      case "sick":
        return this.#sicken(deed.colour, deed.forMs);
      case "alarm":
        this.#alarm = true;
        return undefined;
      case "calm":
        this.#alarm = false;
        return undefined;
      case "outage":
        return this.#outage(deed.of, deed.forMs);
      default:
        return deed satisfies never;
    }
  }

  /** One `up`, by a process of its own. A new release goes into the idle slot as Pulumi would put it there. */
  async #up(label: string, what: { deploy: boolean; weight: number | null }): Promise<void> {
    const record = this.#model.item?.record;
    const idle: Colour = other(record?.live ?? "blue");
    const weight =
      what.weight === null ? this.#greenWeight : idle === "green" ? what.weight : 100 - what.weight;
    const releases = perColour((of) => this.#model.slots[of].release);
    const mayDeploy =
      what.deploy &&
      record !== undefined &&
      !leaseHeld(record, this.#time.now) &&
      (this.#model.rule?.weights[idle] ?? 1) === 0;
    if (mayDeploy) releases[idle] = this.#newRelease(0.35);
    this.#greenWeight = weight;
    const inputs = inputsFor(
      this.#plan,
      weight,
      releases,
      this.#random.chance(0.1) ? releases[idle] : undefined,
    );
    const cancel = new AbortController();
    this.#cancels.push(cancel);
    const process = this.#process("rollout", label, releases);
    if (this.#refusedBeforeAnything(label, inputs)) return;
    if (mayDeploy) this.#deployed(idle, releases[idle]);
    await this.#told(label, applyUp(process.world(), { inputs, owner: label, id: label }, cancel.signal));
  }

  /** The program asks before it touches anything: a refusal leaves the slots as they are. */
  #refusedBeforeAnything(label: string, request: SwitchInputs): boolean {
    const { item, rule, time } = this.#model;
    const decision = decide({ now: time.now, record: item?.record ?? null, rule, request });
    if (decision.kind === "refuse") this.#say(`${label} refused: ${decision.why}`);
    return decision.kind === "refuse";
  }

  #deployed(colour: Colour, release: string): void {
    this.#model.slots[colour].release = release;
  }

  async #byHand(label: string, onlyUnderWay: boolean): Promise<void> {
    const process = this.#process("by hand", label);
    const choose = (record: Parameters<typeof wayHome>[0]) =>
      onlyUnderWay && record.rollout === null ? null : wayHome(record, this.#time.now);
    const home = this.#model.item && choose(this.#model.item.record);
    // The commands look first, and refuse a colour with nothing to serve traffic.
    if (
      this.#model.rule === null ||
      !home ||
      colours.some((of) => home.to[of] > 0 && this.#model.slots[of].healthy === 0)
    )
      return;
    await this.#told(label, takeTrafficOver(process.world(), choose, { who: label, why: "by hand" }, minute));
  }

  /** A process may end in an error: that is what faults are for. What counts is the state it leaves. */
  async #told(label: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#say(`${label} ended: ${(error as Error).message}`);
      if (error instanceof TypeError || /no transition/.test((error as Error).message))
        this.#model.violate(`a defect, not a fault: ${(error as Error).message}`);
    }
  }

  #refresh(): void {
    const { item, rule } = this.#model;
    if (item === null) return;
    const adopted = adopt(item.record, rule, this.#time.now);
    if (adopted === null) return;
    this.#model.item = { record: adopted, version: item.version + 1 };
    if (rule !== null) this.#model.handEdited = false;
  }

  async #sicken(colour: Colour, forMs: number): Promise<void> {
    const slot = this.#model.slots[colour];
    slot.healthy = 0;
    slot.downSince ??= this.#time.now;
    await this.#time.sleep(forMs);
    slot.healthy = 2;
    slot.downSince = null;
  }

  async #outage(of: Part, forMs: number): Promise<void> {
    this.#model.down.add(of);
    await this.#time.sleep(forMs);
    this.#model.down.delete(of);
  }

  async #guard(): Promise<void> {
    const label = "guardian";
    const process = this.#process("guardian", label);
    const around = {
      look: (record: { live: Colour }) =>
        Promise.resolve({
          now: this.#time.now,
          alarms: this.#alarm && record.live ? (["error-rate"] as const) : [],
          healthy: perColour((of) => this.#model.slots[of].healthy),
          running: perColour((of) => [`task:${this.#model.slots[of].release}`]),
          sessions: perColour((of) => this.#model.slots[of].sessions),
          homeProbe: null,
        }),
      settle: (of: Colour, tasks: number) => Promise.resolve(this.#settle(of, tasks)),
      page: (_subject: string, text: string) => Promise.resolve(void this.#model.paged.push(text)),
      publish: () => Promise.resolve(),
    };
    await this.#told(
      label,
      tick(process.world(), around).then((decided) => {
        if (decided) this.#guardings.add(decided.kind);
        if (decided && decided.kind !== "watch") this.#say(`guardian: ${decided.kind}: ${decided.why}`);
      }),
    );
  }

  #settle(of: Colour, tasks: number): void {
    if (this.#model.carries(of)) this.#model.violate(`${of} was scaled down to ${tasks} while it had weight`);
    this.#model.slots[of].tasks = tasks;
  }

  /** After the quiet time the traffic is where the record says, unless a person edited the rule and was paged. */
  #judgeEnd(): void {
    const { item, rule, handEdited, slots } = this.#model;
    if (item === null || rule === null || handEdited) return;
    const { record } = item;
    if (record.ruleArn === null) return;
    const sick = colours.some((colour) => slots[colour].downSince !== null);
    if (!sameWeights(rule.weights, record.weights))
      this.#model.violate(
        `at the end the rule has ${describeWeights(rule.weights)} and the record says ${describeWeights(record.weights)}`,
      );
    if (record.rollout !== null && !sick && !leaseHeld(record, this.#time.now))
      this.#model.violate(`at the end a rollout that nobody holds is still under way`);
  }
}
