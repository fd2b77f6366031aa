import { brief } from "../analysis.ts";
import { defineCheck } from "../define.ts";
import { deploymentOf, slotOf } from "../require.ts";
import { specLimits } from "../spec.ts";

const mostLines = 10_000;

/** No line of the slot's log since the window began matches an error pattern. A slot that logged nothing says nothing. */
export const logErrors = defineCheck({
  name: "log-errors",
  group: "gate",
  question: "Is the slot's log free of errors?",
  source: "CloudWatch Logs",
  query: ({ deployment, slot, logErrorPatterns }) =>
    `FilterLogEvents ${deployment?.logGroups[slot ?? "blue"] ?? "(no stack)"}, lines matching ${logErrorPatterns.map((pattern) => `/${pattern}/`).join(" or ")}`,
  limit: (thresholds) => ({ value: thresholds.logErrors, unit: "log lines", good: "<=" }),
  sentence: `${specLimits.logErrors.sentence} (${specLimits.logErrors.section})`,
  minimumSamples: () => 1,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  needs: ["deployment", "log-groups"],
  everyMs: 2_000,
  timeoutMs: 20_000,
  async measure(context) {
    const group = deploymentOf(context).logGroups[slotOf(context)];
    const lines = await context.sources.logs.lines(
      { group, from: context.since, to: context.now(), most: mostLines },
      context.signal,
    );
    return lines.map((line) => line.text);
  },
  judge(lines, { thresholds, logErrorPatterns }) {
    const patterns = logErrorPatterns.map((pattern) => new RegExp(pattern, "i"));
    const errors = lines.filter((line) => patterns.some((pattern) => pattern.test(line)));
    const base = { value: errors.length, samples: lines.length };
    if (errors.length > thresholds.logErrors) {
      const why = `${errors.length} of ${lines.length} lines are errors, the first: ${brief(errors[0])}`;
      return { ...base, verdict: "fail", why };
    }
    if (patterns.length === 0)
      return { ...base, verdict: "inconclusive", why: "no error patterns are configured" };
    if (lines.length === 0)
      return { ...base, verdict: "inconclusive", why: "the slot logged nothing in the window" };
    return { ...base, verdict: "pass", why: `${errors.length} of ${lines.length} lines are errors` };
  },
});
