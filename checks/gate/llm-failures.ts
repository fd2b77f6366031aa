import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { type Sample, isUsers, reached, requestsIn } from "../logs/sample.ts";
import { inOrder } from "../statistics/answers.ts";
import { isShown, judgeShare, unlessLost } from "../statistics/shares.ts";

/** The share of analyses that the language model failed, whatever the hub made of it. */
export const llmFailures = defineCheck({
  name: "llm-failures",
  group: "gate",
  question: "Does the language model answer the slot's analyses?",
  source: "own probes and the users' access log",
  query: () => "analyses since the window began, own probes included",
  limit: (thresholds) => ({ value: thresholds.alarmLlmFailurePercent, unit: "percent", good: "<=" }),
  sentence: `${specLimits.alarmLlmFailurePercent.sentence} (${specLimits.alarmLlmFailurePercent.section})`,
  shows: (thresholds) => thresholds.alarmLlmFailurePercent / 100,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  measure: async (context) =>
    context.samples.of(context.slot, context.since).filter((answer) => answer.analysis && reached(answer)),
  judge(analyses, { thresholds, samples: book, slot, since }) {
    const limit = thresholds.alarmLlmFailurePercent / 100;
    const judged = judgeShare(inOrder(analyses, isLlmFailure), limit, "analyses were LLM failures");
    const samples = requestsIn(analyses);
    const of = {
      verdict: judged.verdict,
      value: samples === 0 ? null : (100 * judged.bad) / samples,
      samples,
      shown: isShown(inOrder(analyses.filter(isUsers), isLlmFailure), limit),
      why: judged.why,
    };
    return unlessLost(of, book.lost(slot, since));
  },
});

const isLlmFailure = ({ outcome }: Sample): boolean => outcome === "llm-failure";
