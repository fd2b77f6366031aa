import { other } from "../../rollout/policy/colour.ts";
import { defineCheck } from "../define.ts";
import { slotOf } from "../require.ts";
import type { Sample } from "../samples.ts";
import { falseAlarmRate, percentText } from "../shares.ts";
import { ComparisonEvidence } from "../statistics/comparison.ts";

/** The candidate against live over the same time: a sequential two-sample test, and a difference that matters. */
export const liveComparison = defineCheck({
  name: "live-comparison",
  group: "gate",
  question: "Does the candidate answer no worse than live at the same time?",
  source: "own probes at both slots and the users' access logs",
  query: () =>
    "answers of both slots since the window began; bad: not answered well, or slower than the limit",
  limit: (thresholds) => ({ value: leastDifference(thresholds), unit: "percentage points worse", good: "<" }),
  shows: () => 0.05,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  needs: ["slot"],
  probes: "both",
  everyMs: 500,
  async measure(context) {
    const slot = slotOf(context);
    return {
      candidate: context.samples.of(slot, context.since),
      live: context.samples.of(other(slot), context.since),
    };
  },
  judge({ candidate, live }, { thresholds }) {
    const bad = (answer: Sample) =>
      answer.outcome !== "ok" || answer.latencyMs >= thresholds.analysisLatencyP95Ms;
    const evidence = new ComparisonEvidence();
    let highest = 1;
    for (const [side, answer] of merged(candidate, live))
      highest = Math.max(highest, evidence.add(side, bad(answer)));

    const counts = { candidate: candidate.filter(bad).length, live: live.filter(bad).length };
    const difference = 100 * (counts.candidate / (candidate.length || 1) - counts.live / (live.length || 1));
    const seen = `candidate ${counts.candidate} of ${candidate.length} bad (${percentText(counts.candidate, candidate.length)}), live ${counts.live} of ${live.length} (${percentText(counts.live, live.length)})`;
    const samples = Math.min(candidate.length, live.length);
    const value = samples === 0 ? null : Number(difference.toFixed(2));
    if (highest >= 1 / falseAlarmRate && difference >= leastDifference(thresholds)) {
      const why = `${seen}: evidence ${Math.min(highest, 1e6).toFixed(0)} to 1 that the candidate is worse`;
      return { verdict: "fail", value, samples, why };
    }
    return { verdict: "pass", value, samples, why: `${seen}: no evidence that the candidate is worse` };
  },
});

/** Half of what the success rate allows: a smaller difference is not worth a rollback. */
function leastDifference(thresholds: { successRatePercent: number }): number {
  return Number(((100 - thresholds.successRatePercent) / 2).toFixed(4));
}

function* merged(
  candidate: readonly Sample[],
  live: readonly Sample[],
): Generator<["candidate" | "live", Sample]> {
  let next = 0;
  for (const answer of candidate) {
    for (; next < live.length && (live[next] as Sample).at <= answer.at; next += 1)
      yield ["live", live[next] as Sample];
    yield ["candidate", answer];
  }
  for (; next < live.length; next += 1) yield ["live", live[next] as Sample];
}
