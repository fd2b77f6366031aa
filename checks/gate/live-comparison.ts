import { type Colour, other } from "../../domain/colour.ts";
import { defineCheck } from "../core/define.ts";
import { slotOf } from "../core/require.ts";
import { isComparable } from "../logs/sample.ts";
import { suspicion } from "../statistics/comparison-chance.ts";
import { type Comparison, compareLikeWithLike } from "../statistics/like-with-like.ts";
import { percentText } from "../statistics/shares.ts";
import type { Way } from "../statistics/ways.ts";

/**
 * The candidate against live over the same time, method by method and tool by tool: what no limit of the requirement judges. Of slots
 * that answer more than they write lines for, by sessions chosen by their names.
 */
export const liveComparison = defineCheck({
  name: "live-comparison",
  group: "gate",
  question: "Does the candidate answer no worse than live, like with like?",
  source: "own probes at both slots and the users' access logs",
  query: () =>
    "requests of both slots by method, tool and how their session began: what is worse, and what is late",
  limit: (thresholds) => ({
    value: leastFaultPoints(thresholds),
    unit: "percentage points worse",
    good: "<",
  }),
  shows: () => 0.05,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  needs: ["slot"],
  probes: "both",
  everyMs: 500,
  async measure(context) {
    const { samples, since, rolloutSince, now } = context;
    const slot = slotOf(context);
    const side = (colour: Colour) => ({
      ended: samples.of(colour, rolloutSince).filter(isComparable),
      open: samples.open(colour).filter(isComparable),
    });
    return {
      candidate: side(slot),
      live: side(other(slot)),
      since: rolloutSince,
      window: since,
      now: now(),
    };
  },
  judge({ candidate, live, ...times }, { thresholds, suspectUntil }) {
    const compared = compareLikeWithLike({
      candidate,
      live,
      ...times,
      leastFaults: leastFaultPoints(thresholds),
    });
    const lately = (side: typeof live) => side.ended.filter(({ at }) => at >= times.window).length;
    const samples = Math.min(lately(candidate), lately(live));
    const [worst] = compared;
    if (worst === undefined)
      return { verdict: "inconclusive", value: null, samples, why: "nothing was asked of both slots yet" };
    const value = worst.difference;
    if (worst.weight >= 1) {
      const others = compared.filter(({ weight }) => weight >= 1).length - 1;
      const more = others === 0 ? "" : `; ${others} more comparison${others === 1 ? "" : "s"} say so too`;
      return {
        verdict: "fail",
        value,
        samples,
        why: `${words(worst)}: evidence enough that the candidate is worse${more}`,
      };
    }
    if (worst.weight >= suspicion && times.now < (suspectUntil ?? 0))
      return {
        verdict: "inconclusive",
        value,
        samples,
        why: `${words(worst)}: not evidence enough that the candidate is worse, and too much to go on without a longer look`,
      };
    const why = `${compared.length} comparisons, none shows that the candidate is worse; nearest ${words(worst)}`;
    return { verdict: "pass", value, samples, why };
  },
});

/** Half of what the success rate allows: a smaller difference in faults is not worth a rollback. */
function leastFaultPoints(thresholds: { successRatePercent: number }): number {
  return Number(((100 - thresholds.successRatePercent) / 2).toFixed(4));
}

const badWords: Record<Way, string> = {
  fault: "answered with a fault",
  "tool-error": "answered that the tool failed",
  "client-fault": "answered that the request was wrong",
  withdrawn: "given up by the client",
  refused: "turned away",
  late: "late",
  "not-ok": "not answered well",
};

function words({ what, way, candidate, live, lateMs }: Comparison): string {
  const bad = lateMs === undefined ? badWords[way] : `later than ${Math.round(lateMs)} ms`;
  const share = ({ requests, bad: count }: Comparison["live"]) =>
    `${count} of ${requests} (${percentText(count, requests)})`;
  return `${what}: ${share(candidate)} ${bad}, live ${share(live)}`;
}
