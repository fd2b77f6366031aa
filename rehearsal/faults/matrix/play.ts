import { Random } from "local-aws/random";
import type { CheckContext } from "../../../checks/core/check.ts";
import type { GateResult } from "../../../checks/core/gate-result.ts";
import { judgeBake } from "../../../checks/core/gate.ts";
import { judgeCandidate } from "../../../checks/core/judge-candidate.ts";
import { defaultCandidateGate, defaultGate } from "../../../checks/core/registry.ts";
import type { RequestKey, Sample } from "../../../checks/logs/sample.ts";
import { Samples } from "../../../checks/logs/samples.ts";
import { SlotLog } from "../../../checks/logs/slot-log.ts";
import { perColour } from "../../../domain/colour.ts";
import type { Outcome } from "../../../domain/outcome.ts";
import { VirtualTime } from "../../../simulation/time.ts";
import type { Fault, FaultPlace, Transport } from "../cells.ts";
import { modelContext, modelInputs, modelSources } from "./model-inputs.ts";
import { Probes } from "./probes.ts";
import { type Harm, Traffic, candidate, live } from "./traffic.ts";

/** A cell of the matrix: a fault over a transport. */
export interface Cell extends Fault {
  readonly transport: Transport;
}

/** What one rollout of a cell is played with. */
export interface PlayOptions {
  readonly cell: Cell;
  readonly seed: number;
  /** As what an outcome is booked; left out: as what it is. Those who ask whether anybody notices book it as another. */
  readonly books?: (outcome: Outcome) => Outcome;
  /** Own probes meet the fault as users do; false: only users do. Left out: they do. */
  readonly probesMeetFaults?: boolean;
  /** Share of own probes' calls at the candidate that the balancer itself turns away, once users come; left out: 0. */
  readonly turnedAway?: number;
}

/** How a rollout of a release with one fault ended. */
export interface CellResult extends Cell {
  readonly seed: number;
  /** Percent of the users' requests at the fault's place that it hurt, in the candidate and in live. */
  readonly usersHurt: number;
  readonly liveHurt: number;
  /** Users' requests of the candidate at the fault's place. */
  readonly asked: number;
  readonly outcome: "refused" | "rolled-back" | "kept";
  /** Bad answers that users of the candidate had got when the verdict stood. */
  readonly badAnswers: number;
  /** Seconds from the first of them to the verdict; null: there was none, or the release was kept. */
  readonly seconds: number | null;
  /** The step's weight at which it was decided; 0: before any user. */
  readonly weight: number;
  /** Name of the check that decided; empty: the release was kept. */
  readonly check: string;
  readonly why: string;
}

/** Steps of a rehearsal: the default weights, held for seconds instead of minutes (rehearsal/stage/config.ts). */
const weights = [5, 25, 50, 100] as const;
const bakeMs = 4_000;
const extensionMs = 20_000;
/** Moving to a step's weight and proving it, in milliseconds. */
const shiftMs = 500;
/** A line of a log can be read so much later, in milliseconds. */
const logLagMs = 200;
/** Users on live before the rollout begins. */
const beforeMs = 3_000;

/** Users a second: enough for 500 requests of the candidate at the place, over all steps. */
const usersPerSecond: Readonly<Record<FaultPlace, number>> = {
  analysis: 40,
  "other-tool": 50,
  initialize: 75,
  "tools/list": 75,
  notifications: 75,
  stream: 75,
};

/** Plays one rollout of a release with a fault, from the candidate's gate to its last bake, in virtual time. */
export async function play(of: PlayOptions): Promise<CellResult> {
  const whole = { books: (outcome: Outcome) => outcome, probesMeetFaults: true, turnedAway: 0, ...of };
  return await new Rollout(whole).play();
}

/** A book of samples in which some outcomes are another. */
class Booked extends Samples {
  readonly #books: (outcome: Outcome) => Outcome;

  constructor(books: (outcome: Outcome) => Outcome) {
    super();
    this.#books = books;
  }

  override add(sample: Sample, key?: RequestKey): void {
    const { outcome } = sample;
    super.add({ ...sample, outcome: outcome === null ? null : this.#books(outcome) }, key);
  }
}

class Rollout {
  readonly #cell: Cell;
  readonly #seed: number;
  readonly #time = new VirtualTime();
  readonly #traffic: Traffic;
  readonly #context: CheckContext;
  readonly #inputs;

  constructor(of: Required<PlayOptions>) {
    const { cell, seed } = of;
    this.#cell = cell;
    this.#seed = seed;
    this.#inputs = modelInputs(cell.transport);
    this.#traffic = new Traffic({
      fault: cell,
      transport: cell.transport,
      seed,
      start: this.#time.now,
      usersPerSecond: usersPerSecond[cell.where],
      contract: this.#inputs.hub,
    });
    this.#time.now += beforeMs;
    this.#traffic.advance(this.#time.now);
    this.#context = this.#contextOf(of);
  }

  async play(): Promise<CellResult> {
    return await this.#whole(this.#judged());
  }

  async #judged(): Promise<CellResult> {
    const context = this.#context;
    const gate = defaultCandidateGate(this.#inputs);
    const verified = await judgeCandidate({ context, checks: gate, readyWithinMs: 30_000 });
    if (verified.verdict !== "pass") return this.#result("refused", 0, verified);
    let last: GateResult = verified;
    for (const weight of weights) {
      await context.sleep(shiftMs);
      this.#traffic.advance(this.#time.now);
      this.#traffic.weight = weight;
      last = await this.#bake();
      if (last.verdict !== "pass") return this.#result("rolled-back", weight, last);
    }
    return this.#result("kept", 100, last);
  }

  /** As the rollout does: what cannot be told is watched for longer, once. */
  async #bake(): Promise<GateResult> {
    const checks = defaultGate(this.#inputs, bakeMs);
    const since = this.#time.now;
    const first = await judgeBake({ context: this.#context, checks, since, bakeMs });
    if (first.verdict !== "inconclusive") return first;
    return await judgeBake({ context: this.#context, checks, since, bakeMs: 0, extendMs: extensionMs });
  }

  #result(outcome: CellResult["outcome"], weight: number, gate: GateResult): CellResult {
    const { harm, badAt } = this.#traffic;
    this.#traffic.advance(gate.decidedAt);
    const bad = badAt.filter((at) => at <= gate.decidedAt);
    const first = bad.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const decisive = gate.readings.find(({ verdict }) => verdict === gate.verdict && verdict !== "pass");
    const shown = outcome === "kept" ? undefined : decisive;
    return {
      ...this.#cell,
      seed: this.#seed,
      usersHurt: percentOf(harm[candidate]),
      liveHurt: percentOf(harm[live]),
      asked: harm[candidate].asked,
      outcome,
      badAnswers: bad.length,
      seconds: outcome === "kept" || bad.length === 0 ? null : (gate.decidedAt - first) / 1_000,
      weight,
      check: shown?.check ?? "",
      why: shown?.why ?? keptWhy(gate),
    };
  }

  #contextOf({ seed, books, probesMeetFaults, turnedAway }: Required<PlayOptions>): CheckContext {
    const time = this.#time;
    const inputs = this.#inputs;
    const traffic = this.#traffic;
    const sleep: CheckContext["sleep"] = (ms, signal) => time.sleep(ms, signal).catch(() => undefined);
    const probes = new Probes({
      traffic,
      transport: this.#cell.transport,
      random: new Random(seed).fork(2),
      now: () => time.now,
      sleep,
      meetFaults: probesMeetFaults,
      turnedAway,
    });
    const logs: Pick<CheckContext["sources"]["logs"], "lines"> = {
      async lines({ group, from, to, most }) {
        traffic.advance(time.now);
        return traffic.lines(group === inputs.logGroups.blue ? "blue" : "green", from, to - logLagMs, most);
      },
    };
    const sources = modelSources({
      probes,
      logs: logs as CheckContext["sources"]["logs"],
      targets: {
        async health(group) {
          traffic.advance(time.now);
          const up = group === inputs.targetGroups[candidate] && traffic.isDown ? 0 : 1;
          return { healthy: up, unhealthy: 0, initial: 1 - up, draining: 0, reasons: [] };
        },
      },
      services: {
        state: async (_cluster, service) => ({
          desired: 1,
          running: 1,
          pending: 0,
          taskDefinition: inputs.taskDefinitions[service === inputs.services.blue ? "blue" : "green"],
          rollout: "COMPLETED",
          deployments: 1,
          lastEvent: null,
        }),
        taskDefinition: async () => {
          throw new Error("the model has no task definitions");
        },
      },
    });
    const samples = new Booked(books);
    const started = time.now;
    return {
      ...modelContext(inputs),
      now: () => time.now,
      sleep,
      slot: candidate,
      sources,
      samples,
      logs: perColour(
        (slot) =>
          new SlotLog({
            source: sources.logs,
            group: inputs.logGroups[slot],
            slot,
            tool: inputs.hub.tool,
            samples,
            from: started,
          }),
      ),
      since: started,
      rolloutSince: started,
    };
  }

  /** Lets virtual time pass until the work is done; throws after a virtual hour. */
  async #whole<T>(work: Promise<T>): Promise<T> {
    const over = { yet: false };
    void work.catch(() => undefined).then(() => (over.yet = true));
    const end = this.#time.now + 3_600_000;
    while (!over.yet && this.#time.now < end) await this.#time.run(this.#time.now + 50, () => undefined);
    if (!over.yet) throw new Error("the rollout is not over within a virtual hour");
    return await work;
  }
}

/** What those that judge faults say of a release that was kept. */
function keptWhy({ readings }: GateResult): string {
  const saying = ["error-share", "llm-failures", "latency", "live-comparison"];
  return readings
    .filter(({ check }) => saying.includes(check))
    .map(({ check, why }) => `${check}: ${why}`)
    .join("; ");
}

const percentOf = ({ asked, hurt }: Harm): number =>
  asked === 0 ? 0 : Number(((100 * hurt) / asked).toFixed(2));
