import { cleanAnswersToShow } from "../../domain/share-evidence.ts";
import { badShare, type Thresholds } from "../../domain/spec.ts";
import type { Judgement } from "../core/reading.ts";
import { judgeCount } from "../statistics/counts.ts";

/** Sums over a window of metrics that count the same requests; null: nobody reported. */
type Sums<N extends string> = Readonly<Record<N, number | null>>;

/** A p95 is told by the worst twentieth of the analyses. */
export const slowest = 0.05;

/** The success rate: what is left of all requests without those that were the server's fault. */
export function judgeSuccess(
  { Requests: all, ServerFaults: faults }: Sums<"Requests" | "ServerFaults">,
  thresholds: Thresholds,
): Judgement {
  const judged = judgeCount(faults, all, badShare(thresholds), "requests were server faults", "<");
  return { ...judged, value: percent(all === null || faults === null ? null : all - faults, all) };
}

/** LLM failures among the analyses. */
export function judgeLlmFailures(
  { AnalysisCalls: calls, LlmFailures: failed }: Sums<"AnalysisCalls" | "LlmFailures">,
  { alarmLlmFailurePercent: limit }: Thresholds,
): Judgement {
  const judged = judgeCount(failed, calls, limit / 100, "analyses failed by the language model", "<=");
  return { ...judged, value: percent(failed, calls), limit, unit: "percent", operator: "<=" };
}

/** The time of analyses, those that got no answer included with how long they had waited. @param p95 milliseconds; null: no data */
export function judgeP95(
  { p95, analyses: samples }: { readonly p95: number | null; readonly analyses: number },
  { analysisLatencyP95Ms: limit }: Thresholds,
): Judgement {
  const minimumSamples = cleanAnswersToShow(slowest);
  const base = { value: p95, limit, unit: "ms", operator: "<", samples, minimumSamples } as const;
  if (p95 === null || samples === 0)
    return { ...base, value: null, verdict: "inconclusive", why: "no time of an analysis in the window" };
  const why = `p95 ${p95} ms over ${samples} analyses`;
  if (samples < minimumSamples)
    return { ...base, verdict: "inconclusive", why: `${why}: ${minimumSamples} are needed to tell` };
  return { ...base, verdict: p95 < limit ? "pass" : "fail", why };
}

const percent = (part: number | null, of: number | null): number | null =>
  part === null || of === null || of === 0 ? null : (100 * part) / of;
