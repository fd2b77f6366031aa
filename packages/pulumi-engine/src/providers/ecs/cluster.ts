import type { ClusterArgs } from "@pulumi/aws/ecs/cluster.js";
import { map, object, set, text, type Values } from "../fields.ts";
import { kind, patiently, type Tags, type Tools } from "../kind.ts";
import { lowerTagList, lowerTagMap } from "../tags.ts";
import { asText } from "../values.ts";

/** Changes the live tags of what `state.arn` names in ECS: `removed` go, then `put` come. */
export async function retag(tools: Tools, state: Values, put: Tags, removed: string[]): Promise<void> {
  const ecs = await tools.aws.ecs();
  const resourceArn = asText(state.arn);
  if (removed.length > 0) await ecs.untagResource({ resourceArn, tagKeys: removed });
  if (Object.keys(put).length > 0) await ecs.tagResource({ resourceArn, tags: lowerTagList(put) });
}

/**
 * A cluster of ECS, by its ARN; an inactive one is gone. Removing it waits up to 10 minutes for services and tasks that are
 * stopping.
 */
export const cluster = kind<ClusterArgs>({
  type: "aws:ecs/cluster:Cluster",
  fields: { name: text, settings: set(object({ name: text, value: text }, ["name", "value"])), tags: map },
  forceNew: ["name"],
  naming: { property: "name", max: 255 },
  gone: ["ClusterNotFound"],
  async create(tools, inputs) {
    const ecs = await tools.aws.ecs();
    const answer = await ecs.createCluster({
      clusterName: inputs.name,
      settings: inputs.settings?.map(({ name, value }) => ({ name: name as "containerInsights", value })),
      tags: lowerTagList(inputs.tags),
    });
    return answer.cluster?.clusterArn ?? "";
  },
  async read(tools, arn) {
    const ecs = await tools.aws.ecs();
    const answer = await ecs.describeClusters({ clusters: [arn], include: ["TAGS", "SETTINGS"] });
    const live = answer.clusters?.[0];
    if (live === undefined || live.status === "INACTIVE") return undefined;
    return {
      arn: live.clusterArn,
      name: live.clusterName,
      settings: live.settings?.map(({ name, value }) => ({ name, value })),
      tags: lowerTagMap(live.tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    if (!changed("settings")) return;
    await (
      await tools.aws.ecs()
    ).updateClusterSettings({
      cluster: arn,
      settings: (inputs.settings ?? [{ name: "containerInsights", value: "disabled" }]).map(
        ({ name, value }) => ({ name: name as "containerInsights", value }),
      ),
    });
  },
  retag,
  async remove(tools, arn) {
    const ecs = await tools.aws.ecs();
    // services and tasks that are being stopped still count for a while
    await patiently(
      tools,
      [
        "ClusterContainsServices",
        "ClusterContainsTasks",
        "ClusterContainsContainerInstances",
        "UpdateInProgress",
      ],
      () => ecs.deleteCluster({ cluster: arn }),
      600_000,
    );
  },
});
