import { badShare, specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { isServerFault, isUsers, reached, requestsIn } from "../logs/sample.ts";
import { inOrder } from "../statistics/answers.ts";
import { commonest, isShown, judgeShare, unlessLost } from "../statistics/shares.ts";

/**
 * The share of requests that the hub did not fail, over everything that reached it since the window began. What is the client's
 * doing, or the tool's own, is compared with live and not judged by a limit.
 */
export const errorShare = defineCheck({
  name: "error-share",
  group: "gate",
  question: "Does the slot fail fewer requests than the success rate allows?",
  source: "own probes and the users' access log",
  query: () => "requests since the window began, own probes included; bad: server faults",
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: `${specLimits.successRatePercent.sentence} (${specLimits.successRatePercent.section})`,
  shows: badShare,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  measure: async (context) => context.samples.of(context.slot, context.since).filter(reached),
  judge(answers, { thresholds, samples: book, slot, since }) {
    const judged = judgeShare(inOrder(answers, isServerFault), badShare(thresholds), "requests failed");
    const samples = requestsIn(answers);
    const of = {
      verdict: judged.verdict,
      value: samples === 0 ? null : (100 * (samples - judged.bad)) / samples,
      samples,
      shown: isShown(inOrder(answers.filter(isUsers), isServerFault), badShare(thresholds)),
      why: judged.why + commonest(answers.filter(isServerFault)),
    };
    return unlessLost(of, book.lost(slot, since));
  },
});
