import { transitions } from "../rollout/policy/machine.ts";
import { type FaultKind, faultKinds, kindOf } from "./faults.ts";
import { type RunResult, run } from "./run.ts";

/** What a campaign plays. */
export interface CampaignOptions {
  readonly seed: number;
  readonly runs: number;
  readonly faults?: number;
  /** Milliseconds; injected for the rate. */
  readonly now: () => number;
  /** Processor time used so far, in milliseconds: what the rate on one core is measured by, however busy the machine is. */
  readonly cpu: () => number;
  /** Called about once a second. */
  readonly onProgress?: (done: number, rate: number) => void;
  /** Stop at the first violation. */
  readonly stopAtFirst?: boolean;
}

/** What a campaign found, and what of the table it covered. */
export interface CampaignResult {
  readonly seed: number;
  readonly runs: number;
  readonly runsPerSecond: number;
  /** Runs per second of processor time. */
  readonly runsPerCoreSecond: number;
  readonly violations: readonly { readonly seed: number; readonly first: string }[];
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** What people, machines and the weather did, by kind. */
  readonly actions: Readonly<Record<string, number>>;
  /** Rows of the table taken, and those never taken. */
  readonly covered: number;
  readonly rows: number;
  readonly missed: readonly string[];
  readonly guardings: readonly string[];
}

/** Many runs, the first from this seed and each further one from the next whole number, which replays it alone. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const actions: Record<string, number> = {};
  const taken = new Set<string>();
  const guardings = new Set<string>();
  const violations: { seed: number; first: string }[] = [];
  const started = options.now();
  const cpuStarted = options.cpu();
  let told = started;
  let done = 0;
  while (done < options.runs) {
    const result = await run({ seed: (options.seed + done) % 4_294_967_296, faults: options.faults ?? 1 });
    done++;
    await turn();
    tally(result, { faults, actions, taken, guardings });
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
    runsPerCoreSecond: (done * 1_000) / Math.max(1, options.cpu() - cpuStarted),
    violations,
    faults,
    actions,
    covered: rows.size - missed.length,
    rows: rows.size,
    missed,
    guardings: [...guardings],
  };
}

interface Tally {
  readonly faults: Record<FaultKind, number>;
  readonly actions: Record<string, number>;
  readonly taken: Set<string>;
  readonly guardings: Set<string>;
}

function tally(result: RunResult, { faults, actions, taken, guardings }: Tally): void {
  for (const key of result.faults) faults[kindOf(key)]++;
  for (const key of result.actions) {
    const kind = key.slice(key.indexOf(":") + 1);
    actions[kind] = (actions[kind] ?? 0) + 1;
  }
  for (const row of result.transitions) taken.add(row);
  for (const kind of result.guardings) guardings.add(kind);
}

/** Lets the event loop come round: a run in virtual time never does, and Ctrl-C has to be heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
