import type { TopicArgs } from "@pulumi/aws/sns/topic.js";
import { unlessGone } from "../aws-error.ts";
import { flag, json, map, text, type Values } from "../fields.ts";
import { kind } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";
import { asText } from "../values.ts";

/** Property, attribute, and what the attribute goes back to when the property is taken out. */
const attributes = [
  ["displayName", "DisplayName", ""],
  ["kmsMasterKeyId", "KmsMasterKeyId", ""],
  ["deliveryPolicy", "DeliveryPolicy", ""],
  ["policy", "Policy", undefined],
  ["signatureVersion", "SignatureVersion", "1"],
  ["tracingConfig", "TracingConfig", "PassThrough"],
] as const;

/** A topic, by its ARN. An attribute that the program takes out goes back to AWS's default; the policy stays. */
export const topic = kind<TopicArgs>({
  type: "aws:sns/topic:Topic",
  fields: {
    name: text,
    namePrefix: text,
    displayName: text,
    kmsMasterKeyId: text,
    deliveryPolicy: json,
    policy: json,
    signatureVersion: text,
    tracingConfig: text,
    fifoTopic: flag,
    tags: map,
  },
  forceNew: ["name", "namePrefix", "fifoTopic"],
  defaults: { fifoTopic: false },
  naming: { property: "name", prefix: "namePrefix", max: 256 },
  gone: ["NotFound"],
  async create(tools, inputs) {
    const asked = attributes.flatMap(([property, key]) => {
      const value = (inputs as Values)[property];
      return value === undefined ? [] : [[key, asText(value)]];
    });
    const made = await (
      await tools.aws.sns()
    ).createTopic({
      Name: inputs.name,
      Attributes: Object.fromEntries([
        ...asked,
        ...(inputs.fifoTopic === true ? [["FifoTopic", "true"]] : []),
      ]),
      Tags: tagListOrNone(inputs.tags),
    });
    return made.TopicArn ?? "";
  },
  async read(tools, arn) {
    const sns = await tools.aws.sns();
    const live = (await unlessGone(sns.getTopicAttributes({ TopicArn: arn }), "NotFound"))?.Attributes;
    if (live === undefined) return undefined;
    const { Tags } = await sns.listTagsForResource({ ResourceArn: arn });
    const settings = attributes.map(([property, key]) => [property, live[key] || undefined]);
    return {
      ...Object.fromEntries(settings),
      arn,
      name: arn.split(":").at(-1),
      owner: live.Owner ?? arn.split(":")[4],
      fifoTopic: live.FifoTopic === "true",
      tags: tagMap(Tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    const sns = await tools.aws.sns();
    for (const [property, AttributeName, fallback] of attributes) {
      if (!changed(property)) continue;
      const value = (inputs as Values)[property] ?? fallback;
      if (value !== undefined)
        await sns.setTopicAttributes({ TopicArn: arn, AttributeName, AttributeValue: asText(value) });
    }
  },
  async retag(tools, state, put, removed) {
    const sns = await tools.aws.sns();
    const ResourceArn = asText(state.arn);
    if (removed.length > 0) await sns.untagResource({ ResourceArn, TagKeys: removed });
    if (Object.keys(put).length > 0) await sns.tagResource({ ResourceArn, Tags: tagList(put) });
  },
  async remove(tools, arn) {
    await (await tools.aws.sns()).deleteTopic({ TopicArn: arn });
  },
});
