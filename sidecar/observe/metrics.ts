import { type MetricName, metricDimension, metrics as units } from "../../domain/telemetry.ts";

/** Most values of one array in an embedded metric (CloudWatch, embedded metric format). */
const mostValues = 100;

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
    const first: Record<string, number | number[]> = {};
    for (const name of names)
      if (!sampled.includes(name)) first[name] = this.#gauges.get(name)?.() ?? this.#counts.get(name) ?? 0;
    const rest: Record<string, number[]>[] = [];
    for (const name of sampled) {
      const values = this.#values.get(name) ?? [];
      for (let at = 0; at < values.length; at += mostValues) {
        const part = values.slice(at, at + mostValues);
        if (at === 0) first[name] = part;
        else (rest[at / mostValues - 1] ??= {})[name] = part;
      }
    }
    this.#counts.clear();
    this.#values.clear();
    return [first, ...rest].map((members) => this.#line(members));
  }

  #line(members: Record<string, number | number[]>): string {
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
