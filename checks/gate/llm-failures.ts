import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { type Sample, isUsers, reached } from "../logs/sample.ts";
import { isShown, judgeShare } from "../statistics/shares.ts";

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
  judge(analyses, { thresholds }) {
    const limit = thresholds.alarmLlmFailurePercent / 100;
    const judged = judgeShare(analyses.map(isLlmFailure), limit, "analyses were LLM failures");
    return {
      verdict: judged.verdict,
      value: analyses.length === 0 ? null : (100 * judged.bad) / analyses.length,
      samples: analyses.length,
      shown: isShown(analyses.filter(isUsers).map(isLlmFailure), limit),
      why: judged.why,
    };
  },
});

const isLlmFailure = ({ outcome }: Sample): boolean => outcome === "llm-failure";
