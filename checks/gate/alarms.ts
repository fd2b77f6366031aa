import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";

/** None of the slot's alarms has fired. An alarm without data is not green. */
export const alarms = defineCheck({
  name: "alarms",
  group: "gate",
  question: "Are all alarms of the slot silent, and do they have data?",
  source: "CloudWatch alarms",
  query: ({ deployment, slot }) =>
    `DescribeAlarms ${deployment?.alarms[slot ?? "blue"].join(", ") ?? "(no stack)"}`,
  limit: () => ({ value: 0, unit: "alarms", good: "=" }),
  sentence: "Alerts to Configure: High Error Rate, High Latency, LLM Failure Rate (Phase 4: Monitoring)",
  minimumSamples: () => 1,
  needs: ["deployment", "alarms"],
  everyMs: 2_000,
  async measure(context) {
    const names = deploymentOf(context).alarms[slotOf(context)];
    return { names, states: await context.sources.alarms.states(names, context.signal) };
  },
  judge({ names, states }) {
    const fired = states.filter((alarm) => alarm.state === "ALARM");
    const silent = states.filter((alarm) => alarm.state === "INSUFFICIENT_DATA");
    const missing = names.filter((name) => !states.some((alarm) => alarm.name === name));
    const base = { value: fired.length, samples: states.length, minimumSamples: Math.max(1, names.length) };
    if (fired.length > 0) {
      const why = fired.map((alarm) => `${alarm.name} is in ALARM: ${alarm.reason}`).join("; ");
      return { ...base, verdict: "fail", why };
    }
    if (names.length === 0) return { ...base, verdict: "inconclusive", why: "the slot has no alarms" };
    if (missing.length > 0)
      return { ...base, verdict: "inconclusive", why: `no such alarm: ${missing.join(", ")}` };
    if (silent.length > 0) {
      const why = `no data yet for ${silent.map((alarm) => alarm.name).join(", ")}`;
      return { ...base, verdict: "inconclusive", why };
    }
    return { ...base, verdict: "pass", why: `${states.length} alarms, none fired` };
  },
});
