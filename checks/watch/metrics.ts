import type { Colour } from "../../domain/colour.ts";
import type { MetricName } from "../../domain/telemetry.ts";
import type { CheckContext } from "../core/check.ts";
import { deploymentOf, slotOf } from "../core/require.ts";

/** CloudWatch takes periods of whole minutes; a longer window is read in parts of this length. */
const longestPeriodSeconds = 3_600;

/** A metric window: whose metrics are read, from when to when, in milliseconds since 1970, and in which periods. */
export interface MetricWindow {
  namespace: string;
  slot: Colour;
  from: number;
  to: number;
  periodSeconds: number;
}

/** The window of the watch: from the promotion on, at most as long as its period, in whole periods. */
export function watchWindow(context: CheckContext): MetricWindow {
  const { metricNamespace: namespace } = deploymentOf(context);
  return { namespace, slot: slotOf(context), ...watchSpan(context) };
}

function watchSpan(context: CheckContext): Omit<MetricWindow, "slot" | "namespace"> {
  const to = context.now();
  const start = Math.max(context.record?.liveSince ?? 0, to - context.watch.ms);
  const periodSeconds = to - start > 2 * longestPeriodSeconds * 1_000 ? longestPeriodSeconds : 60;
  const from = Math.floor(start / (periodSeconds * 1_000)) * periodSeconds * 1_000;
  return { from, to, periodSeconds };
}

/** The words for a watch's window, with both its ends. */
export function windowWords(context: CheckContext): string {
  const { from, to } = watchSpan(context);
  return `${context.watch.name}: ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}

/** Sums of metrics over a window; null where CloudWatch has no data at all. */
export async function sums<const N extends MetricName>(
  context: CheckContext,
  window: MetricWindow,
  names: readonly N[],
): Promise<Record<N, number | null>> {
  const { namespace, slot, from, to, periodSeconds } = window;
  const series = await context.sources.metrics.read(
    names.map((metric) => ({ namespace, metric, slot, statistic: "Sum", periodSeconds, from, to })),
    context.signal,
  );
  const total = (points: { value: number }[] | undefined) =>
    points === undefined || points.length === 0 ? null : points.reduce((sum, point) => sum + point.value, 0);
  return Object.fromEntries(names.map((name, index) => [name, total(series[index])])) as Record<
    N,
    number | null
  >;
}

/** The worst 95th percentile of the analyses' time in the window's periods, and how many analyses there were. */
export async function worstP95(
  context: CheckContext,
  window: MetricWindow,
): Promise<{ p95: number | null; analyses: number }> {
  const of = { ...window, metric: "AnalysisLatency" };
  const [p95 = [], count = []] = await context.sources.metrics.read(
    [
      { ...of, statistic: "p95" },
      { ...of, statistic: "SampleCount" },
    ],
    context.signal,
  );
  return {
    p95: p95.length === 0 ? null : Math.max(...p95.map((point) => point.value)),
    analyses: count.reduce((sum, point) => sum + point.value, 0),
  };
}

/** The words for a query of a slot's metrics, as evidence names its source. */
export const queryWords = (metrics: readonly MetricName[]) => (context: CheckContext) =>
  `GetMetricData ${metrics.join(", ")} of slot ${context.slot ?? "(none)"}`;
