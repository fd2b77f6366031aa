import { transitions } from "../../rollout/policy/machine.ts";
import { type FaultKind, faultKinds, kindOf } from "./faults.ts";
import { type RunResult, run } from "./run.ts";
import { Random } from "./random.ts";

export interface CampaignOptions {
  readonly seed: number;
  readonly runs: number;
  readonly faults?: number;
  /** Milliseconds; injected for the rate. */
  readonly now: () => number;
  /** Called about once a second. */
  readonly onProgress?: (done: number, rate: number) => void;
  /** Stop at the first violation. */
  readonly stopAtFirst?: boolean;
}

export interface CampaignResult {
  readonly seed: number;
  readonly runs: number;
  readonly runsPerSecond: number;
  readonly violations: readonly { readonly seed: number; readonly first: string }[];
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Rows of the table taken, and those never taken. */
  readonly covered: number;
  readonly rows: number;
  readonly missed: readonly string[];
  readonly guardings: readonly string[];
}

/** Many runs from one seed; each has a seed of its own, which replays it alone. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const seeds = new Random(options.seed);
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const taken = new Set<string>();
  const guardings = new Set<string>();
  const violations: { seed: number; first: string }[] = [];
  const started = options.now();
  let told = started;
  let done = 0;
  while (done < options.runs) {
    const result = await run({ seed: Math.floor(seeds.next() * 4_294_967_296), faults: options.faults ?? 1 });
    done++;
    await turn();
    tally(result, faults, taken, guardings);
    if (result.violations[0] !== undefined)
      violations.push({ seed: result.seed, first: result.violations[0] });
    if (violations.length > 0 && options.stopAtFirst) break;
    const now = options.now();
    if (now - told >= 1_000) {
      told = now;
      options.onProgress?.(done, (done * 1_000) / (now - started));
    }
  }
  const rows = new Set(transitions.map((row) => `${row.from} ${row.on} ${row.to}`));
  const missed = [...rows].filter((row) => !taken.has(row));
  const seconds = Math.max(0.001, (options.now() - started) / 1_000);
  return {
    seed: options.seed,
    runs: done,
    runsPerSecond: done / seconds,
    violations,
    faults,
    covered: rows.size - missed.length,
    rows: rows.size,
    missed,
    guardings: [...guardings],
  };
}

function tally(
  result: RunResult,
  faults: Record<FaultKind, number>,
  taken: Set<string>,
  guardings: Set<string>,
): void {
  for (const key of result.faults) faults[kindOf(key)]++;
  for (const row of result.transitions) taken.add(row);
  for (const kind of result.guardings) guardings.add(kind);
}

/** Lets the event loop come round: a run in virtual time never does, and Ctrl-C has to be heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
