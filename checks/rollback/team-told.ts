import { defineCheck } from "../core/define.ts";
import { deploymentOf } from "../core/require.ts";
import { incidentSummary } from "./document.ts";
import { readEvidence } from "./read-evidence.ts";
import { timelineOf } from "./timeline.ts";

/** Tells the team's topic of the last rollback. */
export const teamTold = defineCheck({
  name: "team-told",
  group: "rollback",
  question: "Has the team been told of the rollback?",
  source: "SNS",
  query: ({ deployment }) => `Publish ${deployment?.topics.team ?? "(no team topic)"}`,
  limit: () => ({ value: "told", unit: "", good: "=" }),
  sentence: "Notify team of rollback (Rollback Procedure, post-rollback)",
  needs: ["deployment", "topics"],
  async measure(context) {
    const { topics, stack } = deploymentOf(context);
    if (topics.team === undefined)
      throw new Error("the stack has no team topic: set alerts in the stack config");
    const evidence = await readEvidence(context);
    if (evidence === null || timelineOf(evidence.lines).decidedAt === null) return null;
    await context.sources.topics.publish(
      topics.team,
      `Rollback on ${stack}`,
      incidentSummary(evidence, context.incident?.file ?? null),
    );
    return topics.team;
  },
  judge(topic) {
    return topic === null
      ? { verdict: "inconclusive", value: null, samples: 0, why: "no evidence of a rollback was found" }
      : { verdict: "pass", value: "told", samples: 1, why: `sent to ${topic.split(":").at(-1)}` };
  },
});
