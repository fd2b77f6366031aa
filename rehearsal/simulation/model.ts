import { type Colour, colours, perColour } from "../../rollout/policy/colour.ts";
import type { LiveRule } from "../../rollout/policy/decision.ts";
import { limits } from "../../rollout/policy/limits.ts";
import { type SwitchRecord, rejectionOf } from "../../rollout/policy/record.ts";
import { type Weights, describeWeights, sameWeights } from "../../rollout/policy/weight.ts";
import type { Part } from "./script.ts";
import type { VirtualTime } from "./time.ts";

/** A target may fail between the look at it and the write; by more than the slowest call it may not. */
const checkToWriteMs = 60_000;

/** Who changes the rule, as the invariants tell them apart. */
export type Writer = "rollout" | "guardian" | "by hand" | "hand edit" | "create" | "late";

export interface Slot {
  release: string;
  healthy: number;
  /** Since when no target is healthy; null while one is. */
  downSince: number | null;
  tasks: number;
  sessions: number;
}

/** A change of the rule: when it was accepted, and since when the balancer does it. No weights: the rule is gone. */
interface Change {
  readonly written: number;
  readonly done: number;
  readonly weights: Weights | null;
  readonly by: Writer;
}

/**
 * The account, in memory: the rule with its propagation delay, the record's item, two slots. Every change of the rule is
 * checked against the invariants at the moment it takes effect.
 */
export class Model {
  readonly time: VirtualTime;
  rule: LiveRule | null = null;
  ruleArn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/hub/1/2/3";
  item: { record: SwitchRecord; version: number } | null = null;
  readonly slots: Record<Colour, Slot> = perColour(() => ({
    release: "",
    healthy: 2,
    downSince: null,
    tasks: 2,
    sessions: 0,
  }));
  /** Releases that were live for everybody at some time. */
  readonly everLive = new Set<string>();
  readonly violations: string[] = [];
  readonly paged: string[] = [];
  /** Parts of the account that answer nothing but errors. */
  readonly down = new Set<Part>();
  handEdited = false;
  propagationMs = 0;
  readonly #changes: Change[] = [];
  readonly #asked: Record<Colour, number> = { blue: 0, green: 0 };

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** What the balancer does by now, as opposed to what it accepted. */
  effective(): Weights | null {
    return this.#changeDone(this.time.now)?.weights ?? null;
  }

  /** Whether a colour has weight by the rule, or still in traffic by a change that nobody made by hand. */
  carries(of: Colour): boolean {
    const inEffect = this.#changeDone(this.time.now);
    const byMachine = inEffect !== undefined && inEffect.by !== "hand edit";
    return (this.rule?.weights[of] ?? 0) > 0 || (byMachine && (inEffect.weights?.[of] ?? 0) > 0);
  }

  /**
   * Whether the balancer did these weights at that moment, with no accepted change of a rollout still on its way to
   * anything else.
   */
  did(weights: Weights, at: number): boolean {
    const coming = this.#changes.filter(
      (change) => change.by === "rollout" && change.written <= at && change.done > at,
    );
    return [this.#changeDone(at), ...coming].every(
      (change) => change?.weights && sameWeights(change.weights, weights),
    );
  }

  #changeDone(at: number): Change | undefined {
    for (let n = this.#changes.length - 1; n >= 0; n--) {
      const change = this.#changes[n] as Change;
      if (change.done <= at) return change;
    }
    return undefined;
  }

  setRule(weights: Weights, by: Writer): void {
    const before = this.rule?.weights ?? weights;
    if (by !== "hand edit") this.#judgeWrite(before, weights, by);
    else this.handEdited = true;
    this.rule = { weights, strangers: [] };
    const { now } = this.time;
    // Changes take effect in their order, all after the same delay; a rule that is made anew does at once.
    const delay = this.#changes.at(-1)?.weights ? this.propagationMs : 0;
    this.#changes.push({ written: now, done: now + delay, weights, by });
  }

  removeRule(): void {
    this.rule = null;
    const { now } = this.time;
    this.#changes.push({ written: now, done: now, weights: null, by: "hand edit" });
  }

  /** One answer through the weighted rule: spread evenly, so that no proof fails or holds by luck. */
  answer(): Colour | null {
    const weights = this.effective();
    if (weights === null) return null;
    this.#asked.blue += weights.blue;
    this.#asked.green += weights.green;
    const colour = this.#asked.green > this.#asked.blue ? "green" : "blue";
    this.#asked[colour] -= 100;
    return colour;
  }

  violate(rule: string): void {
    this.violations.push(`${new Date(this.time.now).toISOString()} ${rule}`);
  }

  /** The invariants of a rule change. */
  #judgeWrite(before: Weights, after: Weights, by: Writer): void {
    if (after.blue + after.green !== 100)
      this.violate(`weights add up to ${after.blue + after.green}: ${describeWeights(after)}`);
    for (const colour of colours) {
      const slot = this.slots[colour];
      if (
        after[colour] > before[colour] &&
        slot.downSince !== null &&
        this.time.now - slot.downSince > checkToWriteMs
      )
        this.violate(`${by} gave ${colour} ${after[colour]} % without a healthy target`);
      if (after[colour] > before[colour] && by === "rollout") this.#judgeRelease(colour, before, after);
      if (
        after[colour] > before[colour] &&
        by === "guardian" &&
        !this.everLive.has(slot.release) &&
        before[colour] === 0
      )
        this.violate(`the guardian moved traffic to ${slot.release} of ${colour}, which never was live`);
    }
  }

  #judgeRelease(colour: Colour, before: Weights, after: Weights): void {
    const record = this.item?.record;
    if (!record || record.live === colour) return;
    const { release } = this.slots[colour];
    const rejection = rejectionOf(record, release);
    // ELBv2 has no conditional write: a change that was under way when somebody took over may still arrive, and is put right.
    const underWay =
      record.fencedBy !== null && this.time.now - record.fencedBy.at < 2 * limits.modifyTimeoutMs;
    const isHome = record.rollout !== null && sameWeights(record.rollout.home, after);
    const retried = record.inputs?.plan.retry === release;
    if (rejection && !underWay && !isHome && !retried && record.previous?.colour !== colour)
      this.violate(
        `rejected release ${release} of ${colour} went from ${before[colour]} to ${after[colour]} %`,
      );
  }

  /** Notes which release serves everybody now. */
  noteLive(): void {
    const weights = this.effective();
    for (const colour of colours)
      if (weights?.[colour] === 100) this.everLive.add(this.slots[colour].release);
  }
}
