import { Random } from "local-aws/random";
import { type Colour, colours, other, perColour } from "../domain/colour.ts";
import { limits } from "../domain/limits.ts";
import { type SwitchRecord, rejectionOf } from "../domain/record.ts";
import { type Weights, describeWeights, sameWeights } from "../domain/weight.ts";
import type { LiveRule } from "../rollout/policy/live-rule.ts";
import { Approvals } from "./approvals.ts";
import type { Part } from "./script.ts";
import { Slot, fullTasks } from "./slot.ts";
import type { VirtualTime } from "./time.ts";

/** A target may fail between the look at it and the write; by more than the slowest call it may not. */
const checkToWriteMs = 100_000;
/** A hand edit may come between the look at the rule and the write; so long before a write it may not. */
const editToWriteMs = 200_000;
/** Within this a slot is raised again that was scaled down as it got its traffic back. */
const riseMs = 30_000;
/** How far clocks of two machines may be apart. */
const skewMs = 4_000;
/** The guardian, as leases begin to name it. */
const guardian = "the guardian";

/** Who changes the rule, as the invariants tell them apart. */
export type Writer = "rollout" | "guardian" | "by hand" | "hand edit" | "create" | "late";

const clockOf = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

/** When whoever changes the rule had last read it, and seen what each slot runs. */
export interface Looks {
  readonly rule: number;
  readonly tasks: Readonly<Record<Colour, number>>;
}

/** A change of the rule: when it was accepted, and since when the balancer does it. No weights: the rule is gone. */
interface Change {
  readonly written: number;
  readonly done: number;
  readonly weights: Weights | null;
  readonly by: Writer;
  /** When whoever wrote it had last looked at the rule. */
  readonly lookedAt: number;
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
  readonly slots: Record<Colour, Slot>;
  /** Releases that were live for everybody at some time. */
  readonly everLive = new Set<string>();
  readonly violations: string[] = [];
  readonly paged: string[] = [];
  /** Parts of the account that answer nothing but errors. */
  readonly down = new Set<Part>();
  /** Share of all calls that are throttled. */
  throttled = 0;
  /** Since when the rule shows what a person set; null while it does not. */
  editedSince: number | null = null;
  propagationMs = 0;
  /** Told of every change of rule and drain, for the replay. */
  say: (text: string) => void = () => undefined;
  /** The guardian sent traffic back, and nothing was promoted since. */
  #sentBack = false;
  /** How often the guardian had changed the rule when it last took the traffic over. */
  #changedAtClaim = 0;
  readonly #changes: Change[] = [];
  readonly #approvals = new Approvals((rule) => this.violate(rule));
  readonly #asked: Record<Colour, number> = { blue: 0, green: 0 };

  constructor(time: VirtualTime, seed: number) {
    this.time = time;
    const random = new Random(seed).fork(77);
    this.slots = perColour((of) => new Slot(time, random.fork(of === "blue" ? 1 : 2)));
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
   * anything else. While it does a hand edit that a rollout overwrote unseen nothing is said against a proof: nothing that
   * can be read ever showed the edit, a share close by gives answers that fit, and any share those of a change waited for.
   */
  did(weights: Weights, at: number): boolean {
    const done = this.#changes.findLastIndex((change) => change.done <= at);
    if (this.#isUnseenEdit(done)) return true;
    const coming = this.#changes.filter(
      (change) => change.by === "rollout" && change.written <= at && change.done > at,
    );
    return [this.#changes[done], ...coming].every(
      (change) => change?.weights && sameWeights(change.weights, weights),
    );
  }

  /** Whether the change was made by hand after a rollout had looked at the rule, and was overwritten by it. */
  #isUnseenEdit(n: number): boolean {
    const [edit, next] = [this.#changes[n], this.#changes[n + 1]];
    const byRollout = next?.by === "rollout" || next?.by === "late";
    return edit?.by === "hand edit" && edit.weights !== null && byRollout && next.lookedAt <= edit.written;
  }

  #changeDone(at: number): Change | undefined {
    for (let n = this.#changes.length - 1; n >= 0; n--) {
      const change = this.#changes[n] as Change;
      if (change.done <= at) return change;
    }
    return undefined;
  }

  /** @param looks of the writer: what a person did before those is known to it */
  setRule(weights: Weights, by: Writer, looks = this.#looksNow()): void {
    const before = this.rule?.weights ?? weights;
    if (by !== "hand edit") this.#judgeWrite(before, weights, by);
    if (by === "rollout" || by === "guardian")
      this.#approvals.judge(this.item?.record, before, weights, this.time.now);
    this.#approvals.noteRule(weights, by === "hand edit");
    if (by === "guardian") this.#judgeRevival(before, weights, looks);
    if (by === "rollout" || by === "guardian") this.#judgeEdit(by, looks.rule);
    this.editedSince = by === "hand edit" ? this.time.now : null;
    this.rule = { weights, foreign: [] };
    this.say(`rule: ${describeWeights(weights)} ${by}`);
    const { now } = this.time;
    // Changes take effect in their order, all after the same delay; a rule that is made anew does at once.
    const delay = this.#changes.at(-1)?.weights ? this.propagationMs : 0;
    this.#changes.push({ written: now, done: now + delay, weights, by, lookedAt: looks.rule });
  }

  #looksNow(): Looks {
    const { now } = this.time;
    return { rule: now, tasks: { blue: now, green: now } };
  }

  /** Makes the rule, or finds the one that is there. */
  create(weights: Weights): { ruleArn: string; was: Weights | null } {
    const { rule, ruleArn } = this;
    if (rule === null) this.setRule(weights, "create");
    else if (rule.foreign.length > 0) throw new Error("the priority is taken by a rule of somebody else's");
    return { ruleArn, was: rule?.weights ?? null };
  }

  /** A change of the rule that is there. */
  modify(weights: Weights, by: Writer, looks: Looks): void {
    if (this.rule === null) throw new Error("the rule is gone");
    this.setRule(weights, by, looks);
  }

  /** A third target group in the rule, for a while. */
  async addForeign(forMs: number): Promise<void> {
    if (this.rule === null) return;
    const { rule, editedSince } = this;
    const edited = { weights: rule.weights, foreign: ["another group (weight 1)"] };
    this.rule = edited;
    this.editedSince ??= this.time.now;
    await this.time.sleep(forMs);
    if (this.rule !== edited) return;
    this.rule = rule;
    this.editedSince = editedSince;
  }

  /** A conditional write of the record. */
  write(record: SwitchRecord, expected: number | null, by: Writer, owner: string): boolean {
    if ((this.item?.version ?? null) !== expected) return false;
    if (this.item) {
      this.#judgeLease(this.item.record, by, owner);
      this.#judgeRecord(this.item.record, record, by);
      this.#judgeDrain(this.item.record, record);
      this.#approvals.noteRecord(this.item.record, record, by === "by hand", this.time.now);
    }
    this.item = { record, version: (expected ?? 0) + 1 };
    for (const colour of colours) this.slots[colour].drainBy(record.drain[colour]);
    const { retirement } = record;
    if (retirement !== null)
      this.say(`record: ${retirement.colour} ${retirement.stage} until ${clockOf(retirement.deadline)}`);
    return true;
  }

  /** A conditional removal of the record. */
  remove(expected: number): boolean {
    if (this.item?.version !== expected) return false;
    this.item = null;
    return true;
  }

  /**
   * A call that brings a slot down to a count, as it is made; it takes effect when what this returns is called. A slot that got
   * its traffic in between, by somebody who waits for no lease, has to be raised again at once.
   */
  settling(of: Colour, tasks: number): () => void {
    const idle = !this.carries(of);
    return () => {
      this.slots[of].settle(tasks);
      // A hand edit may come between the look and the action.
      if (this.editedSince !== null && this.time.now - this.editedSince < editToWriteMs) return;
      if (idle && this.carries(of)) {
        void this.#mustRise(of, tasks);
        return;
      }
      if (this.carries(of)) this.violate(`${of} was scaled down to ${tasks} while it had weight`);
      if (this.slots[of].hasSessions(this.time.now))
        this.violate(`${of} was scaled down to ${tasks} while it held sessions whose deadline had not come`);
    };
  }

  async #mustRise(of: Colour, tasks: number): Promise<void> {
    await this.time.sleep(riseMs);
    if (this.carries(of) && this.slots[of].tasks < fullTasks)
      this.violate(`${of} was scaled down to ${tasks} as it got its traffic back, and not raised again`);
  }

  /** Nobody but a person writes the record while somebody else holds a fresh lease. */
  #judgeLease({ lease }: SwitchRecord, by: Writer, owner: string): void {
    if (lease === null || lease.until <= this.time.now + skewMs) return;
    const own = by === "guardian" ? lease.owner.startsWith(guardian) : lease.owner === owner;
    if ((by === "guardian" || by === "rollout") && !own)
      this.violate(
        `${by === "guardian" ? "the guardian" : owner} wrote while ${lease.owner} held a fresh lease`,
      );
  }

  /** What the guardian may do to the record. */
  #judgeRecord(before: SwitchRecord, after: SwitchRecord, by: Writer): void {
    if (by === "rollout" && before.live !== after.live && after.previous !== null) this.#sentBack = false;
    if (by !== "guardian") return;
    if (before.live === after.live) return;
    const changed = this.#changes.filter((change) => change.by === "guardian").length;
    if (after.rollout !== null || after.previous !== null) {
      if (this.#changedAtClaim !== changed)
        this.violate("the guardian gave the traffic back after it had moved it");
      if (after.rollout === null) this.#sentBack = false;
      return;
    }
    this.#changedAtClaim = changed;
    if (before.rollout !== null) return;
    if (this.#sentBack)
      this.violate("the guardian sent traffic back twice, and nothing was promoted between");
    this.#sentBack = true;
  }

  /** A slot that refuses new sessions while the balancer still sends it some loses them. */
  #judgeDrain(before: SwitchRecord, after: SwitchRecord): void {
    if (this.editedSince !== null || this.#changes.at(-1)?.by === "late") return;
    for (const colour of colours)
      if (before.drain[colour] === null && after.drain[colour] !== null && this.carries(colour))
        this.violate(`${colour} was told to drain while new sessions still went there`);
  }

  removeRule(): void {
    this.rule = null;
    const { now } = this.time;
    this.editedSince = null;
    this.#changes.push({ written: now, done: now, weights: null, by: "hand edit", lookedAt: now });
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
      const needed = this.#needed(colour, after, by);
      if (after[colour] > before[colour] && by !== "late" && slot.shortFor(needed) > checkToWriteMs)
        this.violate(
          `${by} gave ${colour} ${after[colour]} % with ${slot.healthy} of ${needed} healthy targets`,
        );
      if (after[colour] > before[colour] && by === "rollout") this.#judgeRelease(colour, before, after);
    }
  }

  /** The guardian gives weight to nothing that never was live, unless that was deployed after its last look. */
  #judgeRevival(before: Weights, after: Weights, { tasks }: Looks): void {
    for (const colour of colours) {
      const { release, swappedAt } = this.slots[colour];
      const revived = before[colour] === 0 && after[colour] > 0;
      if (revived && !this.everLive.has(release) && swappedAt < tasks[colour])
        this.violate(`the guardian moved traffic to ${release} of ${colour}, which never was live`);
    }
  }

  /** Healthy targets that a weight needs: in proportion for a candidate, one in a rollback. */
  #needed(colour: Colour, after: Weights, by: Writer): number {
    const rollout = this.item?.record.rollout;
    if (by !== "rollout" || !rollout || rollout.candidate !== colour) return 1;
    return sameWeights(rollout.rollbackTarget, after)
      ? 1
      : Math.max(1, Math.ceil((fullTasks * after[colour]) / 100));
  }

  /** What a person set is not overwritten, except by a person. */
  #judgeEdit(by: Writer, lookedAt: number): void {
    const { rule, editedSince, item } = this;
    if (!rule || editedSince === null || !item || editedSince >= lookedAt) return;
    const { weights, intent, rollout, reassert } = item.record;
    const ours = [
      weights,
      ...(intent ? [intent.from, intent.to] : []),
      ...(rollout?.tried ?? []),
      ...(reassert?.instead ?? []),
    ];
    const looksOurs = rule.foreign.length === 0 && ours.some((known) => sameWeights(known, rule.weights));
    if (!looksOurs) this.violate(`${by} overwrote a hand edit, ${describeWeights(rule.weights)}`);
  }

  #judgeRelease(colour: Colour, before: Weights, after: Weights): void {
    const record = this.item?.record;
    if (!record || record.live === colour) return;
    const { release } = this.slots[colour];
    const rejection = rejectionOf(record, release);
    // ELBv2 has no conditional write: a change that was under way when somebody took over may still arrive, and is put right.
    const underWay =
      record.fencedBy !== null && this.time.now - record.fencedBy.at < 2 * limits.modifyTimeoutMs;
    const rollsBack = record.rollout !== null && sameWeights(record.rollout.rollbackTarget, after);
    const retried = record.inputs?.plan.retry === release;
    if (rejection && !underWay && !rollsBack && !retried && record.previous?.colour !== colour)
      this.violate(
        `rejected release ${release} of ${colour} went from ${before[colour]} to ${after[colour]} %`,
      );
  }

  /** Notes which release serves everybody now, and who opens sessions. */
  noteLive(): void {
    const weights = this.effective();
    for (const colour of colours) {
      const slot = this.slots[colour];
      if (weights?.[colour] === 100) this.everLive.add(slot.release);
      slot.feed((weights?.[colour] ?? 0) > 0);
    }
  }

  /** The colour that is not live. */
  get idle(): Colour {
    return other(this.item?.record.live ?? "blue");
  }
}
