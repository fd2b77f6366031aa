import { brief } from "../analysis.ts";
import type { CheckContext, Judgement } from "../check.ts";
import { defineCheck } from "../define.ts";
import { slotOf } from "../require.ts";
import { specLimits } from "../spec.ts";

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
    const log = context.logs[slotOf(context)];
    if (log === null) throw new Error("no log group is known for the slot: name the stack with --stack");
    await log.look(context.now(), context.signal);
    return log.since(context.since);
  },
  judge: (found, context) => judgeLog(found, context),
});

/** Judges the lines of a log by the number of errors among them. */
export function judgeLog(
  { lines, errors, firstError }: { lines: number; errors: number; firstError: string | null },
  { thresholds, logErrorPatterns }: Pick<CheckContext, "thresholds" | "logErrorPatterns">,
): Judgement {
  const base = { value: errors, samples: lines };
  if (errors > thresholds.logErrors) {
    const first = firstError === null ? "" : `, the first: ${brief(firstError)}`;
    return { ...base, verdict: "fail", why: `${errors} of ${lines} lines are errors${first}` };
  }
  if (logErrorPatterns.length === 0)
    return { ...base, verdict: "inconclusive", why: "no error patterns are configured" };
  if (lines === 0) return { ...base, verdict: "inconclusive", why: "the slot logged nothing in the window" };
  return { ...base, verdict: "pass", why: `${errors} of ${lines} lines are errors` };
}
