import { defineCheck } from "../core/define.ts";
import { deploymentOf } from "../core/require.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

/** Nothing wobbles: no session lost, all tasks running, one deployment. */
export const watchStability = defineCheck({
  name: "watch-stability",
  group: "watch",
  question: "Has the live slot kept its sessions and its tasks since the promotion?",
  source: "CloudWatch metrics and ECS",
  query: queryWords(["SessionsLost", "SessionsOpened"]),
  limit: () => ({ value: 0, unit: "sessions lost", good: "=" }),
  sentence: "Metrics stable (Success Criteria: first 24 hours)",
  window: windowWords,
  needs: ["deployment"],
  async measure(context) {
    const window = watchWindow(context);
    const { cluster, services } = deploymentOf(context);
    const [sessions, service] = await Promise.all([
      sums(context, window, ["SessionsLost", "SessionsOpened"]),
      context.sources.services.state(cluster, services[window.slot], context.signal),
    ]);
    return { sessions, service };
  },
  judge({ sessions, service }) {
    const lost = sessions.SessionsLost;
    const opened = sessions.SessionsOpened;
    const tasks = `${service.running} of ${service.desired} tasks running`;
    const base = { value: lost, samples: opened ?? 0 };
    if ((lost ?? 0) > 0) {
      const why = `${lost} sessions lost, ${opened ?? 0} opened, ${tasks}`;
      return { ...base, verdict: "fail", why };
    }
    if (service.running < service.desired)
      return {
        ...base,
        verdict: "fail",
        value: service.running,
        unit: "tasks",
        limit: service.desired,
        operator: ">=",
        why: tasks,
      };
    if (lost === null || opened === null || opened === 0)
      return { ...base, verdict: "inconclusive", why: `no sessions in the window, ${tasks}` };
    return { ...base, verdict: "pass", why: `no session lost, ${opened} opened, ${tasks}` };
  },
});
