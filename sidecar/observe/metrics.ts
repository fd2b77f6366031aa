import { shortUpMs } from "../../domain/line-budget.ts";
import { type MetricName, metricDimension, metrics as units } from "../../domain/telemetry.ts";

/** Most values of one array in an embedded metric (CloudWatch, embedded metric format). */
const mostValues = 100;

/**
 * Values that each occur so often, as the exporter of AWS's own distribution of OpenTelemetry has them: what CloudWatch takes in
 * place of an array. It counts by `Counts`.
 */
interface Histogram {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Min: number;
  readonly Max: number;
  readonly Count: number;
  readonly Sum: number;
}
type Member = number | readonly number[] | Histogram;

/** The metrics of one task: counts and values, given as lines in CloudWatch's embedded metric format. Zeros are given too: silence means something is wrong. */
export class Metrics {
  readonly #namespace: string;
  readonly #slot: string;
  readonly #now: () => number;
  readonly #counts = new Map<MetricName, number>();
  readonly #values = new Map<MetricName, number[]>();
  /** What is true at the moment of the report. */
  readonly #gauges = new Map<MetricName, () => number>();

  constructor(namespace: string, slot: string, now: () => number) {
    this.#namespace = namespace;
    this.#slot = slot;
    this.#now = now;
  }

  count(name: MetricName, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  value(name: MetricName, value: number): void {
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  gauge(name: MetricName, read: () => number): void {
    this.#gauges.set(name, read);
  }

  /** The lines of one report; more than one when a metric has many values. */
  report(): string[] {
    const names = Object.keys(units) as MetricName[];
    const sampled: MetricName[] = ["AnalysisLatency", "RequestLatency"];
    const first: Record<string, Member> = {};
    for (const name of names)
      if (!sampled.includes(name)) first[name] = this.#gauges.get(name)?.() ?? this.#counts.get(name) ?? 0;
    const rest: Record<string, Member>[] = [];
    for (const name of sampled)
      for (const [at, part] of partsOf(this.#values.get(name) ?? []).entries())
        if (at === 0) first[name] = part;
        else (rest[at - 1] ??= {})[name] = part;
    this.#counts.clear();
    this.#values.clear();
    return [first, ...rest].map((members) => this.#line(members));
  }

  #line(members: Record<string, Member>): string {
    const named = Object.keys(members) as MetricName[];
    return JSON.stringify({
      _aws: {
        Timestamp: this.#now(),
        CloudWatchMetrics: [
          {
            Namespace: this.#namespace,
            Dimensions: [[metricDimension]],
            Metrics: named.map((name) => ({ Name: name, Unit: units[name] })),
          },
        ],
      },
      [metricDimension]: this.#slot,
      ...members,
    });
  }
}

/**
 * Values as lines hold them. Up to a hundred are written one by one; more are counted, and where too many differ they are rounded up
 * to two digits first: no value that is above a limit of two digits is told as within it.
 */
function partsOf(values: readonly number[]): Member[] {
  if (values.length === 0) return [];
  if (values.length <= mostValues) return [values];
  const exact = countsOf(values);
  const counts = [...(exact.size <= mostValues ? exact : countsOf(values.map(shortUpMs)))];
  counts.sort(([a], [b]) => a - b);
  const parts: Member[] = [];
  for (let at = 0; at < counts.length; at += mostValues)
    parts.push(histogramOf(counts.slice(at, at + mostValues)));
  return parts;
}

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** @param counts by value, the smallest first */
function histogramOf(counts: readonly (readonly [value: number, count: number])[]): Histogram {
  return {
    Values: counts.map(([value]) => value),
    Counts: counts.map(([, count]) => count),
    Min: counts[0]?.[0] ?? 0,
    Max: counts.at(-1)?.[0] ?? 0,
    Count: counts.reduce((sum, [, count]) => sum + count, 0),
    Sum: counts.reduce((sum, [value, count]) => sum + value * count, 0),
  };
}
