import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";

/** As many healthy targets as the slot is configured to have for all of live's traffic, at every weight. */
export const targetHealth = defineCheck({
  name: "target-health",
  group: "gate",
  question: "Does the slot have the healthy targets it needs for live's traffic?",
  source: "Elastic Load Balancing",
  query: (context) =>
    `DescribeTargetHealth ${context.deployment?.targetGroups[context.slot ?? "blue"] ?? "(no target group)"}`,
  limit: () => ({ value: "the slot's tasks", unit: "targets", good: ">=" }),
  needs: ["deployment"],
  everyMs: 500,
  confirmations: 3,
  // A balancer that takes every target for unfit turns users away already, and has looked more than once itself.
  isCertain: ({ value }) => value === 0,
  async measure(context) {
    const slot = slotOf(context);
    const { targetGroups, capacity } = deploymentOf(context);
    const health = await context.sources.targets.health(targetGroups[slot], context.signal);
    return { ...health, needed: capacity[slot].tasks };
  },
  judge(found) {
    const others = [
      [found.unhealthy, "unhealthy"],
      [found.initial, "not judged yet"],
      [found.draining, "draining"],
    ] as const;
    const rest = others.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`);
    const reasons = found.reasons.length > 0 ? ` (${[...new Set(found.reasons)].join(", ")})` : "";
    return {
      verdict: found.healthy >= found.needed ? "pass" : "fail",
      value: found.healthy,
      limit: found.needed,
      samples: 1,
      why: [`${found.healthy} of ${found.needed} targets healthy`, ...rest].join(", ") + reasons,
    };
  },
});
