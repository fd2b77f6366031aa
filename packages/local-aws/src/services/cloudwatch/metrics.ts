/** One or more equal values at one moment. */
interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
  readonly count: number;
}

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

  /** The metric's statistic for each period of `from` ≤ start < `to`. @param period seconds */
  series(metric: MetricName, statistic: string, period: number, from: number, to: number): Series {
    const byPeriod = new Map<number, Sample[]>();
    const ms = period * 1_000;
    for (const sample of this.#samples.get(keyOf(metric)) ?? []) {
      const start = Math.floor(sample.at / ms) * ms;
      if (start < Math.floor(from / ms) * ms || start >= to) continue;
      const held = byPeriod.get(start);
      if (held) held.push(sample);
      else byPeriod.set(start, [sample]);
    }
    return new Map(
      [...byPeriod].sort(([a], [b]) => a - b).map(([start, samples]) => [start, reduce(samples, statistic)]),
    );
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function reduce(samples: readonly Sample[], statistic: string): number {
  const count = samples.reduce((sum, sample) => sum + sample.count, 0);
  const sum = samples.reduce((total, sample) => total + sample.value * sample.count, 0);
  switch (statistic) {
    case "Sum":
      return sum;
    case "SampleCount":
      return count;
    case "Average":
      return sum / count;
    case "Minimum":
      return Math.min(...samples.map(({ value }) => value));
    case "Maximum":
      return Math.max(...samples.map(({ value }) => value));
    default:
      return percentile(samples, count, Number(/^p([\d.]+)$/.exec(statistic)?.[1] ?? 50));
  }
}

function percentile(samples: readonly Sample[], count: number, percent: number): number {
  let left = (count * percent) / 100;
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  for (const sample of sorted) {
    left -= sample.count;
    if (left <= 0) return sample.value;
  }
  return sorted.at(-1)?.value ?? 0;
}
