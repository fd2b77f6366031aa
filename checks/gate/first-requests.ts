import { percentile } from "../../domain/share-evidence.ts";
import { type Thresholds, badShare, slowShare, specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import type { Judgement } from "../core/reading.ts";
import { type Sample, isServerFault, reached, tookAtLeast } from "../logs/sample.ts";
import { firstOf, inOrder } from "../statistics/answers.ts";
import { commonest, judgeShare, percentText, unlessLost } from "../statistics/shares.ts";

/**
 * The requirement to the letter: p95 and success rate over the first 100 analyses of the rollout, no more and no fewer. What the
 * letter says is shown and recorded; what decides is how much evidence those analyses are. To the letter alone 39 of 100 releases
 * with 0.5 % of faults would be rolled back, and they meet the requirement.
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
    firstOf(
      samples.of(slot, rolloutSince).filter((answer) => answer.analysis && reached(answer)),
      thresholds.firstRequests,
    ),
  judge(first, { thresholds, samples, slot, rolloutSince }) {
    const { firstRequests: wanted } = thresholds;
    const faults = judgeShare(
      inOrder(first, isServerFault),
      badShare(thresholds),
      "of the first analyses failed",
    );
    const slow = judgeShare(
      inOrder(first, (sample) => tookAtLeast(sample, thresholds.analysisLatencyP95Ms)),
      slowShare,
      `of the first analyses took ${thresholds.analysisLatencyP95Ms} ms or more`,
    );
    const letter = toTheLetter(first, thresholds);
    const base = { value: letter.share, samples: first.length };
    if (faults.verdict === "fail")
      return { ...base, verdict: "fail", why: `${faults.why}${commonest(first)}` };
    if (slow.verdict === "fail") {
      const limits = { limit: thresholds.analysisLatencyP95Ms, unit: "ms", operator: "<" as const };
      return { ...base, ...limits, value: letter.p95, verdict: "fail", why: slow.why };
    }
    if (first.length < wanted)
      return {
        ...base,
        verdict: "inconclusive",
        why: `${letter.seen}: ${wanted - first.length} more to come`,
      };
    const weighed = letter.met
      ? ""
      : "; to the letter that is not enough, as evidence it is too little to roll it back";
    const passed = {
      ...base,
      verdict: "pass",
      why: `${letter.seen}, p95 ${letter.p95} ms${weighed}`,
    } as const;
    const until = first.at(-1)?.at ?? rolloutSince;
    return unlessLost<Judgement>(passed, samples.lost(slot, rolloutSince) - samples.lost(slot, until));
  },
});

/** What the requirement's own words make of the first analyses. */
function toTheLetter(
  first: readonly Sample[],
  { successRatePercent, analysisLatencyP95Ms }: Thresholds,
): { met: boolean; share: number | null; p95: number | null; seen: string } {
  const ok = first.filter(({ outcome }) => outcome === "ok").length;
  const times = first.map(({ latencyMs }) => latencyMs);
  const p95 = first.length === 0 ? null : Math.round(percentile(times, 95));
  const share = first.length === 0 ? null : (100 * ok) / first.length;
  const met = share !== null && share > successRatePercent && p95 !== null && p95 < analysisLatencyP95Ms;
  return {
    met,
    share,
    p95,
    seen: `${ok} of the first ${first.length} answered well (${percentText(ok, first.length)})`,
  };
}
