import { defineCheck } from "../define.ts";
import { costUsd, pricePerMillionTokensUsd } from "../cost.ts";
import { specLimits } from "../spec.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

const dayMs = 86_400_000;

/** What the language model costs a day at the tokens seen, by list price. */
export const watchLlmCost = defineCheck({
  name: "watch-llm-cost",
  group: "watch",
  question: "Does the language model cost less a day than the limit?",
  source: "CloudWatch metrics and list prices",
  query: queryWords(["InputTokens", "OutputTokens", "AnalysisCalls"]),
  limit: (thresholds) => ({ value: thresholds.llmCostPerDayUsd, unit: "usd/day", good: "<=" }),
  sentence: `${specLimits.llmCostPerDayUsd.sentence} (${specLimits.llmCostPerDayUsd.section})`,
  window: windowWords,
  needs: ["deployment"],
  async measure(context) {
    const window = watchWindow(context);
    const tokens = await sums(context, window, ["InputTokens", "OutputTokens", "AnalysisCalls"]);
    return { ...tokens, spanMs: Math.max(60_000, window.to - window.from) };
  },
  judge({ InputTokens: input, OutputTokens: output, AnalysisCalls: calls, spanMs }, { thresholds }) {
    const cost = costUsd({ input, output, calls });
    if (cost === null)
      return {
        verdict: "inconclusive",
        value: null,
        samples: 0,
        why: "no tokens and no analyses in the window",
      };
    const perDay = (cost.usd * dayMs) / spanMs;
    const prices = `${pricePerMillionTokensUsd.input} and ${pricePerMillionTokensUsd.output} $ a million tokens in and out`;
    const why = `$${perDay.toFixed(2)} a day, by ${cost.counted} at ${prices}`;
    const verdict = perDay <= thresholds.llmCostPerDayUsd ? "pass" : "fail";
    return { verdict, value: Number(perDay.toFixed(2)), samples: calls ?? 1, why };
  },
});
