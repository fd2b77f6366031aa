import { AwsError } from "../../error.ts";

/** One or more equal values at one moment. */
interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
  readonly count: number;
}

/** A metric's name. Samples of another dimension, or of one more, belong to another metric. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A value per period, by the period's start. Periods without data are absent. */
export type Series = Map<number, number>;

/** How long samples are kept, in milliseconds: the longest rehearsal is well within it. */
const keptMs = 6 * 3_600_000;

/** Every sample of every metric. */
export class Metrics {
  readonly #samples = new Map<string, Sample[]>();
  readonly #names = new Map<string, MetricName>();

  put(metric: MetricName, at: number, value: number, count = 1): void {
    const key = keyOf(metric);
    let samples = this.#samples.get(key);
    if (!samples) {
      this.#samples.set(key, (samples = []));
      this.#names.set(key, metric);
    }
    samples.push({ at, value, count });
    while ((samples[0]?.at ?? at) < at - keptMs) samples.shift();
  }

  names(): readonly MetricName[] {
    return [...this.#names.values()];
  }

  /**
   * The metric's statistic for each period of `from` ≤ start < `to`.
   * @param period seconds
   * @param anchor where one of the periods begins: those of the clock, unless a window slides
   */
  series(
    metric: MetricName,
    statistic: string,
    period: number,
    from: number,
    to: number,
    anchor = 0,
  ): Series {
    const reduce = statisticOf(statistic);
    const byPeriod = new Map<number, Sample[]>();
    const first = periodStart(from, period, anchor);
    for (const sample of this.#samples.get(keyOf(metric)) ?? []) {
      const start = periodStart(sample.at, period, anchor);
      if (start < first || start >= to) continue;
      const held = byPeriod.get(start);
      if (held) held.push(sample);
      else byPeriod.set(start, [sample]);
    }
    return new Map(
      [...byPeriod].sort(([a], [b]) => a - b).map(([start, samples]) => [start, reduce(samples)]),
    );
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

/** When the period begins that a moment is in. @param period seconds */
export function periodStart(at: number, period: number, anchor: number): number {
  const ms = period * 1_000;
  return anchor + Math.floor((at - anchor) / ms) * ms;
}

type Reduce = (samples: readonly Sample[]) => number;

const countOf: Reduce = (samples) => samples.reduce((sum, { count }) => sum + count, 0);
const sumOf: Reduce = (samples) => samples.reduce((sum, { value, count }) => sum + value * count, 0);

/** How a period's samples become one value. A statistic that is not known here is refused by its name. */
function statisticOf(statistic: string): Reduce {
  switch (statistic) {
    case "Sum":
      return sumOf;
    case "SampleCount":
      return countOf;
    case "Average":
      return (samples) => sumOf(samples) / countOf(samples);
    case "Minimum":
      return (samples) => Math.min(...samples.map(({ value }) => value));
    case "Maximum":
      return (samples) => Math.max(...samples.map(({ value }) => value));
  }
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(statistic) ?? [];
  if (percent !== undefined) return (samples) => percentile(samples, Number(percent));
  const [rank, low, high] = /^PR\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)$/.exec(statistic) ?? [];
  if (rank !== undefined && (low ?? high) !== undefined)
    return (samples) => percentileRank(samples, Number(low ?? -Infinity), Number(high ?? Infinity));
  throw new AwsError("ValidationError", `The statistic ${statistic} is not part of the local AWS`);
}

function percentile(samples: readonly Sample[], percent: number): number {
  let left = (countOf(samples) * percent) / 100;
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  for (const sample of sorted) {
    left -= sample.count;
    if (left <= 0) return sample.value;
  }
  return sorted.at(-1)?.value ?? 0;
}

/** The percentage of values above `low`, up to `high` and with it (CloudWatch, statistics definitions). */
function percentileRank(samples: readonly Sample[], low: number, high: number): number {
  const within = samples.filter(({ value }) => value > low && value <= high);
  return (100 * countOf(within)) / countOf(samples);
}
