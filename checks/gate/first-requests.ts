import { defineCheck } from "../define.ts";
import { commonest, percentText } from "../shares.ts";
import { specLimits } from "../spec.ts";
import { percentile } from "../statistics/evidence.ts";

/**
 * The requirement to the letter: p95 and success rate over the first 100 analyses of the rollout, no more and no fewer.
 * A fixed window, so it fails a release at the limit far more often than the sequential checks do.
 */
export const firstRequests = defineCheck({
  name: "first-requests",
  group: "gate",
  question: "Were the first 100 requests of the rollout answered well and in time?",
  source: "own probes and the users' access log",
  query: ({ thresholds }) => `the first ${thresholds.firstRequests} analyses of the rollout`,
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: `${specLimits.firstRequests.sentence}: ${specLimits.analysisLatencyP95Ms.sentence}, ${specLimits.successRatePercent.sentence} (${specLimits.firstRequests.section})`,
  minimumSamples: (thresholds) => thresholds.firstRequests,
  window: ({ thresholds, rolloutSince }) =>
    `first ${thresholds.firstRequests} analyses since ${new Date(rolloutSince).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  measure: async ({ samples, slot, rolloutSince, thresholds }) =>
    samples
      .of(slot, rolloutSince)
      .filter((answer) => answer.analysis)
      .slice(0, thresholds.firstRequests),
  judge(first, { thresholds }) {
    const { firstRequests: wanted, successRatePercent, analysisLatencyP95Ms } = thresholds;
    const ok = first.filter((answer) => answer.outcome === "ok").length;
    const bad = first.length - ok;
    const p95 = percentile(
      first.map((answer) => answer.latencyMs),
      95,
    );
    const slow = first.filter((answer) => answer.latencyMs >= analysisLatencyP95Ms).length;
    // Decided before all have come only when the rest cannot change it.
    const tooManyBad = 100 * (wanted - bad) <= successRatePercent * wanted;
    const tooManySlow = wanted - slow < Math.ceil(0.95 * wanted);
    const seen = `${ok} of the first ${first.length} answered well (${percentText(ok, first.length)})`;
    const value = first.length === 0 ? null : (100 * ok) / first.length;
    const base = { value, samples: first.length };

    if (first.length > 0 && tooManyBad) {
      const why = `${seen}: of ${wanted}, more than ${successRatePercent} % must be${commonest(first)}`;
      return { ...base, verdict: "fail", why };
    }
    if (first.length > 0 && tooManySlow) {
      const why = `${slow} of the first ${first.length} took ${analysisLatencyP95Ms} ms or more: p95 of ${wanted} is above the limit`;
      const limits = { limit: analysisLatencyP95Ms, unit: "ms", operator: "<" as const };
      return { ...base, ...limits, value: Math.round(p95), verdict: "fail", why };
    }
    if (first.length < wanted)
      return { ...base, verdict: "inconclusive", why: `${seen}: ${wanted - first.length} more to come` };
    return { ...base, verdict: "pass", why: `${seen}, p95 ${Math.round(p95)} ms` };
  },
});
