import { defineCheck } from "../define.ts";
import { judgeLog } from "../gate/log-errors.ts";
import { deploymentOf, slotOf } from "../require.ts";
import { Samples } from "../samples.ts";
import { SlotLog } from "../slot-log.ts";
import { specLimits } from "../spec.ts";
import { watchWindow, windowWords } from "./metrics.ts";

/** No error spike: the live slot's log since the promotion. */
export const watchLogErrors = defineCheck({
  name: "watch-log-errors",
  group: "watch",
  question: "Is the live slot's log free of errors since the promotion?",
  source: "CloudWatch Logs",
  query: ({ deployment, slot }) => `FilterLogEvents ${deployment?.logGroups[slot ?? "blue"] ?? "(no stack)"}`,
  limit: (thresholds) => ({ value: thresholds.logErrors, unit: "log lines", good: "<=" }),
  sentence: `No error spike in logs (Success Criteria: first hour); ${specLimits.logErrors.sentence}`,
  window: windowWords,
  needs: ["deployment", "log-groups"],
  timeoutMs: 120_000,
  async measure(context) {
    const { sources, hub, logErrorPatterns: errorPatterns, now, signal } = context;
    const slot = slotOf(context);
    const group = deploymentOf(context).logGroups[slot];
    const { from } = watchWindow(context);
    const of = { source: sources.logs, group, slot, tool: hub.tool, errorPatterns, from };
    const log = new SlotLog({ ...of, samples: new Samples() });
    await log.lookUntil(now(), signal);
    return log.since(from);
  },
  judge: (found, context) => judgeLog(found, context),
});
