import { other } from "../../domain/colour.ts";
import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";

/** What is live now can be started again after the rollout: its task definition is active, its image pinned, its config in it. */
export const backupKept = defineCheck({
  name: "backup-kept",
  group: "preflight",
  question: "Can what is live now be started again, with its config, afterwards?",
  source: "ECS",
  query: ({ deployment, slot }) =>
    `DescribeTaskDefinition ${deployment?.taskDefinitions[other(slot ?? "blue")] ?? "(no stack)"}`,
  limit: () => ({ value: "startable", unit: "", good: "=" }),
  sentence: "Backup Current State (Phase 2: Deployment)",
  needs: ["deployment"],
  async measure(context) {
    const { taskDefinitions } = deploymentOf(context);
    const name = taskDefinitions[other(slotOf(context))];
    return { name, ...(await context.sources.services.taskDefinition(name, context.signal)) };
  },
  judge({ name, status, images, environment }) {
    if (status !== "ACTIVE")
      return { verdict: "fail", value: status, samples: 1, why: `${name} is ${status} and starts no task` };
    const floating = images.filter((image) => !image.includes("@sha256:"));
    if (floating.length > 0) {
      const why = `${name} is startable, but ${floating.join(", ")} is a tag that may point elsewhere by then: deploy by digest`;
      return { verdict: "inconclusive", value: "not pinned", samples: 1, why };
    }
    if (environment.length === 0) {
      const why = `${name} is startable, but carries no configuration`;
      return { verdict: "inconclusive", value: "no config", samples: 1, why };
    }
    const why = `${name} is ACTIVE with ${images.length} pinned images and its config`;
    return { verdict: "pass", value: "startable", samples: 1, why };
  },
});
