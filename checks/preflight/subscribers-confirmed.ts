import { defineCheck } from "../core/define.ts";
import { deploymentOf } from "../core/require.ts";

/** Alerts reach somebody: each topic has a confirmed subscriber, and nobody's confirmation is still missing. */
export const subscribersConfirmed = defineCheck({
  name: "subscribers-confirmed",
  group: "preflight",
  question: "Has everybody who is to be alerted confirmed the subscription?",
  source: "SNS",
  query: ({ deployment }) =>
    `ListSubscriptionsByTopic ${[deployment?.topics.onCall, deployment?.topics.team].filter(Boolean).join(", ") || "(no topics)"}`,
  limit: () => ({ value: 0, unit: "topics not in order", good: "=" }),
  sentence: "Monitoring alerts configured (Pre-Deployment Checklist)",
  needs: ["deployment", "topics"],
  async measure(context) {
    const { onCall, team } = deploymentOf(context).topics;
    const named = Object.entries({ "on-call": onCall, team });
    return await Promise.all(
      named.map(async ([name, arn]) => ({
        name,
        found: arn === undefined ? null : await context.sources.topics.subscribers(arn, context.signal),
      })),
    );
  },
  judge(topics) {
    const configured = topics.filter((topic) => topic.found !== null);
    const problems = configured.flatMap(({ name, found }) => {
      if (found === null) return [];
      if (found.pending.length > 0) return [`${name}: not confirmed yet by ${found.pending.join(", ")}`];
      return found.confirmed === 0 ? [`${name} has no subscriber`] : [];
    });
    const base = { value: problems.length, samples: configured.length };
    if (problems.length > 0) return { ...base, verdict: "fail", why: problems.join("; ") };
    if (configured.length < topics.length) {
      const none = topics.filter((topic) => topic.found === null).map((topic) => topic.name);
      return { ...base, verdict: "inconclusive", why: `the stack has no topic for ${none.join(" and ")}` };
    }
    const counts = configured.map(({ name, found }) => `${name} ${found?.confirmed ?? 0}`);
    return { ...base, verdict: "pass", why: `confirmed subscribers: ${counts.join(", ")}` };
  },
});
