type Unit = "ms" | "req/s" | "MB" | "KB" | "count" | "ratio";

/** One number that a bench found, with the limits it is held to, if any. */
export interface Figure {
  /** What was measured, in a few words. */
  name: string;
  value: number;
  unit: Unit;
  /** What it must not be above, or below. */
  atMost?: number;
  atLeast?: number;
  /** How it was measured, where the name does not say. */
  note?: string;
}

interface BenchOptions {
  /** Folder of another checkout, installed, whose build is measured beside this one; null: none is. */
  readonly against: string | null;
}

/** A bench measures one thing beside its peer, in one run. */
export interface Bench {
  /** One line for the list of names. */
  title: string;
  /** `progress` takes one line while it runs. */
  run(progress: (line: string) => void, options: BenchOptions): Promise<Figure[]>;
}

/** Whether a figure keeps its limits; one without limits does. */
export function holds({ value, atMost, atLeast }: Figure): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

/** Exact nearest-rank percentile, 0 < share ≤ 1. Throws on an empty sample. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  if (value === undefined)
    throw new Error(`there is no ${share * 100}th percentile of ${sample.length} values`);
  return value;
}
