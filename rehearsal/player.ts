import { seeded } from "local-aws/random";
import type { Flags } from "./flag-values.ts";
import { keep } from "./keepsake.ts";
import { type Pace, atFittingPace, mayBeSlow, ownClocks, usualPace } from "./pace.ts";
import { Pulse, loadOfThisMachine } from "./pulse.ts";
import { describeScenario } from "./report.ts";
import { type WrittenEvidence, evidenceScenario, writeEvidence } from "./rollback-evidence.ts";
import { neverStarted } from "./scenarios/failure.ts";
import { type Scenario, type ScenarioResult, runScenario } from "./scenarios/index.ts";
import type { Stage } from "./stage/index.ts";

/** Where a rehearsal is told, and what stops it. */
interface Telling {
  readonly out: (text: string) => void;
  readonly say: (text: string) => void;
  readonly colour: boolean;
  readonly signal: AbortSignal;
}

/** One scenario: at the pace that fits the machine, told, and kept where it broke. */
export class Player {
  readonly #scenario: Scenario;
  readonly #flags: Flags;
  readonly #telling: Telling;
  #kept: string | null = null;
  /** What was asked for and written; null: nothing. */
  evidence: WrittenEvidence | null = null;

  constructor(scenario: Scenario, flags: Flags, telling: Telling) {
    this.#scenario = scenario;
    this.#flags = flags;
    this.#telling = telling;
  }

  /** The result that counts. Rejects where the scenario could not be played. */
  play(): Promise<ScenarioResult> {
    const once = (pace: Pace) => this.#once(pace);
    if (!mayBeSlow(this.#scenario, this.#flags)) return once(usualPace);
    return atFittingPace(ownClocks, once, () =>
      this.#telling.out(`\n${this.#scenario.name}, once more and slowly`),
    );
  }

  async #once(pace: Pace): Promise<ScenarioResult> {
    const { out, say, colour, signal } = this.#telling;
    const { openEngine } = this.#flags.engine;
    const random = seeded(this.#flags.seed);
    const onEnd = (stage: Stage, ended: ScenarioResult | null) => this.#end(stage, ended);
    const pulse = new Pulse(Date.now, loadOfThisMachine).start();
    this.#kept = null;
    const choices = { ...this.#flags, openEngine, random, pace, say, signal, onEnd };
    const played = await runScenario(this.#scenario, choices).finally(() => pulse.stop());
    const why = played.asPromised || neverStarted(played) ? null : pulse.starved;
    const result = why === null ? played : { ...played, inconclusive: why };
    out(describeScenario(result, colour));
    this.sayKept();
    return result;
  }

  async #end(stage: Stage, ended: ScenarioResult | null): Promise<void> {
    const { evidence, seed, keep: always } = this.#flags;
    const { name } = this.#scenario;
    const asPromised = ended?.asPromised === true;
    if (!this.#telling.signal.aborted && (always || !asPromised)) this.#kept = await keep(stage, name);
    if (evidence === null || name !== evidenceScenario || !asPromised) return;
    const { file, about } = evidence;
    this.evidence = await writeEvidence(stage, about, { file, seed, result: ended });
  }

  /** Says where the scenario's evidence and logs were kept, if they were. */
  sayKept(): void {
    if (this.#kept !== null) this.#telling.out(`  kept in ${this.#kept}: evidence, logs, state`);
  }
}
