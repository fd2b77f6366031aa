import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";

/** The slot runs the release that was asked for: its service's one task definition, and the name its answers carry. */
export const candidateRelease = defineCheck({
  name: "candidate-release",
  group: "smoke",
  question: "Does the slot run the release that was asked for, and nothing else?",
  source: "ECS and the answers' release header",
  query: ({ deployment, slot, hub }) =>
    `DescribeServices ${deployment?.services[slot ?? "blue"] ?? "(no service)"}; GET ${hub.proofPath ?? hub.healthPath}`,
  limit: () => ({ value: "the release asked for", unit: "", good: "=" }),
  needs: ["deployment"],
  timeoutMs: 15_000,
  async measure(context) {
    const slot = slotOf(context);
    const deployment = deploymentOf(context);
    const [service, answer] = await Promise.all([
      context.sources.services.state(deployment.cluster, deployment.services[slot], context.signal),
      context.sources.probes.get(context.hub.proofPath ?? context.hub.healthPath, slot, context.signal),
    ]);
    const asked = { taskDefinition: deployment.taskDefinitions[slot], release: deployment.releases[slot] };
    return { service, answer, asked, slot };
  },
  judge({ service, answer, asked, slot }) {
    const base = { samples: 1, limit: asked.release };
    const value = answer.release ?? revision(service.taskDefinition);
    if (revision(service.taskDefinition) !== revision(asked.taskDefinition)) {
      const why = `the service runs ${revision(service.taskDefinition)}, asked for was ${revision(asked.taskDefinition)}`;
      return { ...base, verdict: "fail", value, why };
    }
    if (answer.slot !== null && answer.slot !== slot)
      return { ...base, verdict: "fail", value, why: `the probe of ${slot} was answered by ${answer.slot}` };
    if (answer.release !== null && answer.release !== asked.release) {
      const why = `${slot} answers with release ${answer.release}, asked for was ${asked.release}`;
      return { ...base, verdict: "fail", value, why };
    }
    if (service.deployments > 1 || service.rollout === "FAILED") {
      const why = `${service.deployments} deployments of the service, the newest ${service.rollout}`;
      return { ...base, verdict: service.rollout === "FAILED" ? "fail" : "inconclusive", value, why };
    }
    const named = answer.release === null ? "its answers name no release" : "its answers say so too";
    const why = `the service runs ${revision(service.taskDefinition)} and nothing else; ${named}`;
    return { ...base, verdict: "pass", value, why };
  },
});

/** `family:revision` of a task definition's ARN. */
const revision = (arn: string) => arn.split("/").at(-1) ?? arn;
