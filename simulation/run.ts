import { Random } from "local-aws/random";
import { type Colour, colours, perColour } from "../domain/colour.ts";
import { type HandEdit, isSameEdit } from "../domain/hand-edit.ts";
import type { SwitchInputs } from "../domain/inputs.ts";
import { leaseHeld } from "../domain/record.ts";
import { sameWeights, weightsFor } from "../domain/weight.ts";
import type { AlarmKind, Guarding, Observation } from "../rollout/guardian/guarding.ts";
import { tick } from "../rollout/guardian/tick.ts";
import { adoptionOf, foresee } from "../rollout/policy/adoption.ts";
import { rollbackOf } from "../rollout/policy/rollback-target.ts";
import { answerWait } from "../rollout/run/answer-wait.ts";
import { applyUp } from "../rollout/run/apply.ts";
import type { RolloutEvent } from "../rollout/run/ports.ts";
import { takeTrafficOver } from "../rollout/run/take-over.ts";
import { Asking } from "./asking.ts";
import { Faults } from "./faults.ts";
import { inputsFor, randomPlan } from "./inputs.ts";
import { judgeEnd } from "./judge-end.ts";
import { Model } from "./model.ts";
import { type Judge, Process } from "./process.ts";
import { type Action, type Part, script } from "./script.ts";
import { Sight, judgeSendingBack } from "./sight.ts";
import { VirtualTime } from "./time.ts";

/** What one run plays. */
export interface RunOptions {
  readonly seed: number;
  /** Scales the odds of every fault; 1 is usual. */
  readonly faults?: number;
  /** Faults and actions to leave out, for shrinking. */
  readonly leftOut?: ReadonlySet<string>;
  readonly onLine?: (line: string) => void;
}

/** What one run did, and what it violated. */
export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly faults: readonly string[];
  readonly actions: readonly string[];
  /** Transitions taken, as `state event state`. */
  readonly transitions: ReadonlySet<string>;
  readonly guardings: ReadonlySet<Guarding["kind"]>;
}

/** How long the quiet time at the end is: two leases and the time in which rollbacks are re-asserted. */
const quietMs = 900_000;
const minute = 60_000;
/** The function's own time limit, as the program sets it. */
const guardianTimeoutMs = 50_000;

/** One run from one seed: a world, people and machines that act on it, faults, and the invariants throughout. */
export async function run(options: RunOptions): Promise<RunResult> {
  const scene = new Scene(options);
  return scene.play();
}

class Scene {
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #time = new VirtualTime();
  readonly #model: Model;
  readonly #faults: Faults;
  readonly #plan;
  /** People who are asked; null: nobody is in this run. */
  readonly #asking: Asking | null;
  readonly #bad = new Set<string>();
  readonly #transitions = new Set<string>();
  readonly #guardings = new Set<Guarding["kind"]>();
  readonly #cancels: AbortController[] = [];
  /** Processes of every `up` that began. */
  readonly #ups: Process[] = [];
  #processes = 0;
  #releases = 0;
  #greenWeight = 0;
  /** What the last refresh left in Pulumi's state. */
  #seen: HandEdit | null = null;
  #quiet = false;
  readonly #sight: Sight;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#model = new Model(this.#time, options.seed);
    this.#model.say = (text) => this.#say(text);
    this.#random = new Random(options.seed);
    this.#sight = new Sight({ model: this.#model, random: this.#random, bad: this.#bad });
    this.#faults = new Faults(options.seed, options.faults ?? 1, options.leftOut);
    this.#asking = Asking.of(options.seed);
    const plan = randomPlan(this.#random);
    this.#plan = this.#asking?.plan(plan) ?? plan;
    // Below a plan's proofTimeout: what takes longer than that the switch cannot know of.
    this.#model.propagationMs = this.#random.chance(0.5) ? 0 : this.#random.whole(0, 20_000);
  }

  async play(): Promise<RunResult> {
    const start = this.#time.now;
    const leftOut = this.#options.leftOut ?? new Set();
    const { actions: usual, endMs } = script(this.#random, leftOut);
    const asked = this.#asking?.actions(endMs).filter(({ key }) => !leftOut.has(key)) ?? [];
    const actions = [...usual, ...asked];
    const first = this.#newRelease(0);
    for (const colour of colours) this.#model.slots[colour].deploy(first);
    for (const action of actions) void this.#time.sleep(action.atMs).then(() => this.#act(action));
    for (let at = minute; at < endMs + quietMs; at += minute)
      void this.#time.sleep(at).then(() => this.#minute());
    await this.#time.run(start + endMs, () => this.#model.noteLive());
    this.#quiet = true;
    await this.#time.run(start + endMs + quietMs, () => this.#model.noteLive());
    judgeEnd(this.#model, this.#time.now);
    return {
      seed: this.#options.seed,
      violations: this.#model.violations,
      faults: this.#faults.struck,
      actions: actions.map((action) => action.key),
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

  /** A process for one action. In the quiet time at the end no more faults strike. */
  #process(
    writer: "rollout" | "guardian" | "by hand",
    label: string,
    asked?: Record<Colour, string>,
  ): Process {
    const number = ++this.#processes;
    return new Process({
      number,
      writer,
      owner: label,
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
    if (event.kind === "adopted") this.#adopted(event.edit);
    this.#say(`${label}: ${JSON.stringify(event)}`);
  }

  /** What the rule still shows is no hand edit any more. */
  #adopted({ live }: HandEdit): void {
    const { rule } = this.#model;
    if (live && rule && rule.foreign.length === 0 && sameWeights(live, rule.weights))
      this.#model.editedSince = null;
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

  async #act(action: Action): Promise<void> {
    this.#say(`— ${action.key}`);
    switch (action.kind) {
      case "deploy":
        return this.#up(action.key, { deploy: true, weight: action.weight });
      case "weigh":
        return this.#up(action.key, { deploy: false, weight: action.weight });
      case "repeat":
        return this.#up(action.key, { deploy: false, weight: null });
      case "cancel":
        return this.#cancels.at(-1)?.abort(new Error("the rollout was cancelled"));
      case "kill":
        return this.#kill();
      case "approve":
        return this.#answer(action.key, true);
      case "turn-down":
        return this.#answer(action.key, false);
      case "rollback":
        return this.#byHand(action.key, false);
      case "abort":
        return this.#byHand(action.key, true);
      case "hand-edit":
        return this.#model.rule === null
          ? undefined
          : this.#model.setRule(weightsFor("green", action.weight), "hand edit");
      case "destroy-rule":
        return this.#model.removeRule();
      case "foreign":
        return this.#model.addForeign(action.forMs);
      case "swap-tasks":
        return this.#swapTasks(action.forMs);
      case "refresh":
        return this.#refresh(action.key);
      case "sick":
        return this.#model.slots[action.colour].sicken(action.healthy, action.forMs);
      case "starts-fail":
        return this.#model.slots[action.colour].failStarts(action.forMs);
      case "alarm":
        return this.#alarm(action.alarm, action.lateMs);
      case "calm":
        this.#sight.alarms = [];
        return undefined;
      case "throttling":
        return this.#throttle(action.share, action.forMs);
      case "outage":
        return this.#outage(action.of, action.forMs);
      default:
        return action satisfies never;
    }
  }

  /** One `up`, by a process of its own. A new release goes into the idle slot as Pulumi would put it there. */
  async #up(label: string, what: { deploy: boolean; weight: number | null }): Promise<void> {
    const record = this.#model.item?.record;
    const { idle } = this.#model;
    const weight =
      what.weight === null ? this.#greenWeight : idle === "green" ? what.weight : 100 - what.weight;
    const releases = perColour((of) => this.#model.slots[of].configured);
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
    if (mayDeploy) this.#model.slots[idle].deploy(releases[idle]);
    const up = { inputs, owner: label, id: label, seen: this.#seen, ...this.#asking?.homeAt(this.#time.now) };
    this.#ups.push(process);
    await this.#told(label, applyUp(process.ports(), up, cancel.signal));
  }

  /** kill -9 of the `up` that began last. */
  #kill(): void {
    const last = this.#ups.at(-1);
    if (last) last.dead = true;
  }

  /** A person says yes or no to a step that waits: the command's own write. */
  async #answer(label: string, approved: boolean): Promise<void> {
    const ports = this.#process("by hand", label).ports();
    const by = { approved, by: label };
    await this.#told(
      label,
      answerWait(ports, by).then((said) => this.#say(`${label}: ${said.taken ? "taken" : said.why}`)),
    );
  }

  /** The program and Pulumi's check ask before anything is touched: a refusal leaves the slots as they are. */
  #refusedBeforeAnything(label: string, request: SwitchInputs): boolean {
    const { item, rule, time } = this.#model;
    const { edit, decision } = foresee({ now: time.now, record: item?.record ?? null, rule, request });
    if (decision.kind === "refuse") this.#say(`${label} refused: ${decision.why}`);
    const unseen = edit !== null && !isSameEdit(edit, this.#seen);
    if (unseen) this.#say(`${label} refused: no refresh has seen what was done by hand`);
    return unseen || decision.kind === "refuse";
  }

  async #byHand(label: string, onlyUnderWay: boolean): Promise<void> {
    const process = this.#process("by hand", label);
    const choose = (record: Parameters<typeof rollbackOf>[0]) =>
      onlyUnderWay && record.rollout === null ? null : rollbackOf(record, this.#time.now);
    const rollback = this.#model.item && choose(this.#model.item.record);
    // The commands look first, and refuse a colour with nothing to serve traffic.
    if (
      this.#model.rule === null ||
      !rollback ||
      colours.some((of) => rollback.to[of] > 0 && this.#model.slots[of].healthy === 0)
    )
      return;
    await this.#told(label, takeTrafficOver(process.ports(), choose, { who: label, why: "by hand" }, minute));
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

  /** Reads and writes nothing; what it saw stays in Pulumi's state. */
  async #refresh(label: string): Promise<void> {
    const { store, rule, clock } = this.#process("by hand", label).ports();
    const look = async (): Promise<void> => {
      const record = (await store.read())?.record;
      const live = await rule.read();
      this.#seen = record ? (adoptionOf(record, live, clock.now())?.edit ?? null) : null;
      if (this.#seen) this.#say(`${label} saw ${JSON.stringify(this.#seen)}`);
    };
    await this.#told(label, look());
  }

  /** Somebody deploys another release into the idle slot, past the program. */
  async #swapTasks(forMs: number): Promise<void> {
    const { idle, slots, rule } = this.#model;
    if ((rule?.weights[idle] ?? 1) > 0) return;
    const swapped = this.#newRelease(0.5);
    slots[idle].swap(swapped);
    await this.#time.sleep(forMs);
    if (slots[idle].release === swapped) slots[idle].swap(slots[idle].configured);
  }

  /** An alarm rings late; its event wakes the guardian a while after, too. */
  async #alarm(kind: AlarmKind, lateMs: number): Promise<void> {
    await this.#time.sleep(lateMs);
    this.#sight.alarms = [kind];
    await this.#time.sleep(this.#random.whole(0, 30_000));
    await this.#guard();
  }

  async #throttle(share: number, forMs: number): Promise<void> {
    this.#model.throttled = share;
    await this.#time.sleep(forMs);
    this.#model.throttled = 0;
  }

  async #outage(of: Part, forMs: number): Promise<void> {
    this.#model.down.add(of);
    await this.#time.sleep(forMs);
    this.#model.down.delete(of);
  }

  /** The schedule's event: now and then it is missing, or comes twice. */
  async #minute(): Promise<void> {
    const draw = this.#quiet ? 1 : this.#random.next();
    if (draw < 0.06) return;
    await Promise.all(draw < 0.12 ? [this.#guard(), this.#guard()] : [this.#guard()]);
  }

  async #guard(): Promise<void> {
    const label = "guardian";
    const process = this.#process("guardian", label);
    const endsAt = this.#time.now + guardianTimeoutMs;
    void this.#time.sleep(guardianTimeoutMs).then(() => (process.dead = true));
    const seen: Observation[] = [];
    const guardianPorts = {
      left: () => endsAt - this.#time.now,
      look: () => {
        seen.push(this.#sight.look(this.#time.now));
        process.sawTasks();
        return Promise.resolve(seen[0] as Observation);
      },
      running: (of: Colour) => process.running(of),
      page: (_subject: string, text: string) => Promise.resolve(void this.#model.paged.push(text)),
      publish: () => Promise.resolve(),
    };
    await this.#told(
      label,
      tick(process.ports(), guardianPorts).then((decided) => {
        if (decided === null) return;
        this.#guardings.add(decided.kind);
        if (decided.kind !== "watch") this.#say(`guardian: ${decided.kind}: ${decided.why}`);
        if (decided.kind === "rollback" && seen[0]) judgeSendingBack(this.#model, decided.why, seen[0]);
      }),
    );
  }
}
