import { defineCheck } from "../define.ts";
import { commonest, judgeShare } from "../shares.ts";
import { badShare, specLimits } from "../spec.ts";

/** The share of requests answered well, over everything seen since the window began. */
export const errorShare = defineCheck({
  name: "error-share",
  group: "gate",
  question: "Does the slot answer well more often than the success rate asks for?",
  source: "own probes and the users' access log",
  query: () => "answers since the window began, own probes included",
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: `${specLimits.successRatePercent.sentence} (${specLimits.successRatePercent.section})`,
  shows: badShare,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  measure: async (context) => context.samples.of(context.slot, context.since),
  judge(answers, { thresholds }) {
    const judged = judgeShare(
      answers.map((answer) => answer.outcome !== "ok"),
      badShare(thresholds),
      "answers bad",
    );
    const share = answers.length === 0 ? null : (100 * (answers.length - judged.bad)) / answers.length;
    return {
      verdict: judged.verdict,
      value: share,
      samples: answers.length,
      why: judged.why + commonest(answers),
    };
  },
});
