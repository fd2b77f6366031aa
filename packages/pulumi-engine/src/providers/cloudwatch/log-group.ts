import type { LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import { flag, map, number, text } from "../fields.ts";
import { kind, type Tools } from "../kind.ts";
import { asText } from "../values.ts";

async function setRetention(tools: Tools, logGroupName: string, days: number | undefined): Promise<void> {
  const logs = await tools.aws.logs();
  // 0 means for ever
  if (days === undefined || days === 0) await logs.deleteRetentionPolicy({ logGroupName });
  else await logs.putRetentionPolicy({ logGroupName, retentionInDays: days });
}

/** A log group, by its name. `retentionInDays` 0 keeps lines for ever; `skipDestroy` keeps the group when the resource goes. */
export const logGroup = kind<LogGroupArgs>({
  type: "aws:cloudwatch/logGroup:LogGroup",
  fields: {
    name: text,
    namePrefix: text,
    retentionInDays: number,
    kmsKeyId: text,
    logGroupClass: text,
    skipDestroy: flag,
    tags: map,
  },
  forceNew: ["name", "namePrefix", "logGroupClass"],
  defaults: { skipDestroy: false, retentionInDays: 0 },
  naming: { property: "name", prefix: "namePrefix", max: 512 },
  gone: ["ResourceNotFound"],
  async create(tools, inputs) {
    const logs = await tools.aws.logs();
    await logs.createLogGroup({
      logGroupName: inputs.name,
      kmsKeyId: inputs.kmsKeyId,
      logGroupClass: inputs.logGroupClass as "STANDARD" | undefined,
      tags: inputs.tags && Object.keys(inputs.tags).length > 0 ? inputs.tags : undefined,
    });
    return inputs.name ?? "";
  },
  async configure(tools, id, { retentionInDays }) {
    if (retentionInDays !== undefined && retentionInDays !== 0)
      await setRetention(tools, id, retentionInDays);
  },
  async read(tools, id) {
    const logs = await tools.aws.logs();
    const answer = await logs.describeLogGroups({ logGroupNamePrefix: id });
    const live = answer.logGroups?.find(({ logGroupName }) => logGroupName === id);
    if (live === undefined) return undefined;
    const arn = (live.logGroupArn ?? live.arn ?? "").replace(/:\*$/, "");
    const { tags } = await logs.listTagsForResource({ resourceArn: arn });
    return {
      arn,
      name: live.logGroupName,
      retentionInDays: live.retentionInDays ?? 0,
      kmsKeyId: live.kmsKeyId,
      logGroupClass: live.logGroupClass,
      tags: tags ?? {},
    };
  },
  async update(tools, id, { inputs, changed }) {
    const logs = await tools.aws.logs();
    if (changed("retentionInDays")) await setRetention(tools, id, inputs.retentionInDays);
    if (!changed("kmsKeyId")) return;
    if (inputs.kmsKeyId === undefined) await logs.disassociateKmsKey({ logGroupName: id });
    else await logs.associateKmsKey({ logGroupName: id, kmsKeyId: inputs.kmsKeyId });
  },
  async retag(tools, state, set, removed) {
    const logs = await tools.aws.logs();
    const resourceArn = asText(state.arn);
    if (removed.length > 0) await logs.untagResource({ resourceArn, tagKeys: removed });
    if (Object.keys(set).length > 0) await logs.tagResource({ resourceArn, tags: set });
  },
  async remove(tools, id, state) {
    if (state.skipDestroy === true) return;
    await (await tools.aws.logs()).deleteLogGroup({ logGroupName: id });
  },
});
