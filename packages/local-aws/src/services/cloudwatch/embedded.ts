import type { Metrics } from "./metrics.ts";

interface Embedded {
  readonly _aws?: {
    readonly Timestamp?: number;
    readonly CloudWatchMetrics?: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** Takes the metrics of a line in the embedded metric format; other lines are left alone. */
export function takeEmbedded(metrics: Metrics, line: string, now: number): void {
  if (!line.includes('"CloudWatchMetrics"')) return;
  let parsed: Embedded;
  try {
    parsed = JSON.parse(line) as Embedded;
  } catch {
    return; // a log line that only looks like one
  }
  const at = parsed._aws?.Timestamp ?? now;
  for (const { Namespace: namespace, Dimensions, Metrics: named } of parsed._aws?.CloudWatchMetrics ?? [])
    for (const names of Dimensions)
      for (const { Name: name } of named) {
        const dimensions = Object.fromEntries(
          names.map((dimension) => [dimension, String(parsed[dimension])]),
        );
        for (const { value, count } of valuesOf(parsed[name]))
          metrics.put({ namespace, name, dimensions }, at, value, count);
      }
}

function valuesOf(value: unknown): { value: number; count: number }[] {
  if (typeof value === "number") return [{ value, count: 1 }];
  if (Array.isArray(value))
    return value.filter((each) => typeof each === "number").map((each) => ({ value: each, count: 1 }));
  const set = value as { Values?: number[]; Counts?: number[] } | null | undefined;
  return (set?.Values ?? []).map((each, index) => ({ value: each, count: set?.Counts?.[index] ?? 1 }));
}
