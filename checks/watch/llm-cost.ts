import { llmPrice } from "../../domain/llm-price.ts";
import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { costUsd } from "../probing/cost.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

const dayMs = 86_400_000;
const read = ["AnalysisCalls", "AnalysesWithTokens", "InputTokens", "OutputTokens"] as const;

/** What the live slot's analyses cost a day at the pace seen: tokens by list price, an estimate where no tokens are told. */
export const watchLlmCost = defineCheck({
  name: "watch-llm-cost",
  group: "watch",
  question: "Does the language model cost less a day than the limit?",
  source: "CloudWatch metrics and list prices",
  query: queryWords(read),
  limit: (thresholds) => ({ value: thresholds.llmCostPerDayUsd, unit: "usd/day", good: "<=" }),
  sentence: `${specLimits.llmCostPerDayUsd.sentence} (${specLimits.llmCostPerDayUsd.section})`,
  window: windowWords,
  needs: ["deployment"],
  async measure(context) {
    const window = watchWindow(context);
    const found = await sums(context, window, read);
    return { ...found, spanMs: Math.max(60_000, window.to - window.from) };
  },
  judge(found, { thresholds }) {
    const {
      AnalysisCalls: calls,
      AnalysesWithTokens: counted,
      InputTokens: input,
      OutputTokens: output,
    } = found;
    const cannotTell = (why: string) =>
      ({ verdict: "inconclusive", value: null, samples: calls ?? 0, why }) as const;
    if (calls === null || calls === 0) return cannotTell("no analyses in the window");
    if (counted === null || input === null || output === null)
      return cannotTell(`nothing tells the tokens of ${calls} analyses, nor that they have none`);
    const { usd, by } = costUsd({ input, output, calls, counted });
    const perDay = (usd * dayMs) / found.spanMs;
    const prices = `${llmPrice.inputPerMillion} and ${llmPrice.outputPerMillion} $ a million tokens in and out`;
    const why = `$${perDay.toFixed(2)} a day, by ${by}, at ${prices}`;
    const verdict = perDay <= thresholds.llmCostPerDayUsd ? "pass" : "fail";
    return { verdict, value: perDay, samples: calls, why };
  },
});
