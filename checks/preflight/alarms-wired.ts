import { defineCheck } from "../core/define.ts";
import { deploymentOf } from "../core/require.ts";

/** The alarms of both colours exist, notify somebody, and none has fired already. */
export const alarmsWired = defineCheck({
  name: "alarms-wired",
  group: "preflight",
  question: "Do all alarms exist, notify somebody, and stay silent now?",
  source: "CloudWatch alarms",
  query: ({ deployment }) =>
    `DescribeAlarms ${deployment ? [...deployment.alarms.blue, ...deployment.alarms.green].join(", ") : "(no stack)"}`,
  limit: () => ({ value: 0, unit: "alarms not in order", good: "=" }),
  sentence: "Monitoring alerts configured (Pre-Deployment Checklist)",
  needs: ["deployment", "alarms"],
  async measure(context) {
    const { alarms } = deploymentOf(context);
    const names = [...new Set([...alarms.blue, ...alarms.green])];
    return { names, states: await context.sources.alarms.states(names, context.signal) };
  },
  judge({ names, states }) {
    const problems = names.flatMap((name) => {
      const alarm = states.find((state) => state.name === name);
      if (alarm === undefined) return [`${name} does not exist`];
      if (alarm.state === "ALARM") return [`${name} is in ALARM already: ${alarm.reason}`];
      if (!alarm.actionsEnabled) return [`${name} has its actions switched off`];
      return alarm.actions.length === 0 ? [`${name} notifies nobody`] : [];
    });
    const base = { value: problems.length, samples: names.length };
    if (names.length === 0) return { ...base, verdict: "inconclusive", why: "the stack names no alarms" };
    return problems.length > 0
      ? { ...base, verdict: "fail", why: problems.join("; ") }
      : { ...base, verdict: "pass", why: `${names.length} alarms exist, notify somebody and are silent` };
  },
});
