import { hubStreams } from "../../domain/log-streams.ts";
import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";
import { errorQuery, judgeErrors } from "../gate/log-errors.ts";
import { accessGroup } from "../logs/access-group.ts";
import { ErrorLog } from "../logs/error-log.ts";
import { Samples } from "../logs/samples.ts";
import { SlotLog } from "../logs/slot-log.ts";
import { watchWindow, windowWords } from "./metrics.ts";

/** No error spike: the live slot's log since the promotion. */
export const watchLogErrors = defineCheck({
  name: "watch-log-errors",
  group: "watch",
  question: "Is the live slot's log free of errors since the promotion?",
  source: "CloudWatch Logs",
  query: errorQuery,
  limit: (thresholds) => ({ value: thresholds.logErrors, unit: "log lines", good: "<=" }),
  sentence: `No error spike in logs (Success Criteria: first hour); ${specLimits.logErrors.sentence}`,
  window: windowWords,
  needs: ["deployment", "log-groups"],
  timeoutMs: 120_000,
  async measure(context) {
    const { sources, hub, logErrorPatterns: patterns, now, signal } = context;
    const slot = slotOf(context);
    const { from } = watchWindow(context);
    const { logGroups } = deploymentOf(context);
    const of = { source: sources.logs, from };
    const told = { group: accessGroup(logGroups, hub, slot), slot, tool: hub.tool, samples: new Samples() };
    const log = new SlotLog({ ...of, ...told });
    const errors = new ErrorLog({ ...of, group: logGroups[slot], patterns, streams: hubStreams });
    await Promise.all([log.lookUntil(now(), signal), errors.lookUntil(now(), signal)]);
    const found = { errors: errors.since(from), requests: null, ms: now() - from };
    return { lines: log.since(from).lines, found };
  },
  judge: ({ lines, found }, context) => judgeErrors(lines, found, context),
});
