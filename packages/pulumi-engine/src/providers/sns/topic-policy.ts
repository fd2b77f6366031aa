import type { TopicPolicyArgs } from "@pulumi/aws/sns/topicPolicy.js";
import { unlessGone } from "../aws-error.ts";
import { json, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { asText } from "../values.ts";

/** The policy of a topic, by the topic's ARN. Removing it goes back to the one that lets the owner do everything. */
export const topicPolicy = kind<TopicPolicyArgs>({
  type: "aws:sns/topicPolicy:TopicPolicy",
  fields: { arn: text, policy: json },
  required: ["arn", "policy"],
  forceNew: ["arn"],
  gone: ["NotFound"],
  async create(tools, inputs) {
    await (
      await tools.aws.sns()
    ).setTopicAttributes({
      TopicArn: inputs.arn,
      AttributeName: "Policy",
      AttributeValue: asText(inputs.policy),
    });
    return inputs.arn;
  },
  async read(tools, arn) {
    const sns = await tools.aws.sns();
    const live = (await unlessGone(sns.getTopicAttributes({ TopicArn: arn }), "NotFound"))?.Attributes;
    if (live?.Policy === undefined) return undefined;
    return { arn, policy: live.Policy, owner: live.Owner ?? arn.split(":")[4] };
  },
  async update(tools, arn, { inputs }) {
    await (
      await tools.aws.sns()
    ).setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: asText(inputs.policy) });
  },
  async remove(tools, arn) {
    // as the real provider: the topic goes back to letting its owner do everything
    const owner = arn.split(":")[4];
    const Policy = {
      Version: "2008-10-17",
      Id: "__default_policy_ID",
      Statement: [
        {
          Sid: "__default_statement_ID",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
          Resource: arn,
          Condition: { StringEquals: { "AWS:SourceOwner": owner } },
        },
      ],
    };
    await (
      await tools.aws.sns()
    ).setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: JSON.stringify(Policy) });
  },
});
