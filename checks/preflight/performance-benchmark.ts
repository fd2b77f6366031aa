import { percentile } from "../../domain/share-evidence.ts";
import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { commonest } from "../statistics/shares.ts";

/** p95 over a fixed number of own analyses that the candidate answered well, before any user meets it: an error is no fast answer. */
export const performanceBenchmark = defineCheck({
  name: "performance-benchmark",
  group: "preflight",
  question: "Does the candidate answer a benchmark of own analyses in time?",
  source: "own probes",
  query: ({ hub, thresholds }) => `${thresholds.firstRequests} × tools/call ${hub.tool}`,
  limit: (thresholds) => ({ value: thresholds.analysisLatencyP95Ms, unit: "ms", good: "<" }),
  sentence: `Performance benchmarks met (Pre-Deployment Checklist); ${specLimits.analysisLatencyP95Ms.sentence}`,
  minimumSamples: (thresholds) => thresholds.firstRequests,
  window: ({ thresholds }) => `${thresholds.firstRequests} own analyses answered well`,
  probes: "candidate",
  everyMs: 250,
  async measure({ samples, slot, since, thresholds }) {
    const asked = samples.of(slot, since).filter((answer) => answer.analysis && answer.from === "probe");
    const well = asked.filter((answer) => answer.outcome === "ok").slice(0, thresholds.firstRequests);
    return { well, bad: asked.filter((answer) => answer.outcome !== "ok") };
  },
  judge({ well, bad }, { thresholds }) {
    const times = well.map((answer) => answer.latencyMs);
    const p95 = percentile(times, 95);
    const spread = [50, 95, 99].map((p) => `p${p} ${Math.round(percentile(times, p))} ms`).join(", ");
    const base = { value: times.length === 0 ? null : Math.round(p95), samples: times.length };
    if (times.length < thresholds.firstRequests)
      return {
        ...base,
        verdict: "inconclusive",
        why: `${times.length} of ${thresholds.firstRequests} analyses so far, ${bad.length} answered badly${commonest(bad)}`,
      };
    return { ...base, verdict: p95 < thresholds.analysisLatencyP95Ms ? "pass" : "fail", why: spread };
  },
});
