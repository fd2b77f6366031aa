import type { TopicSubscriptionArgs } from "@pulumi/aws/sns/topicSubscription.js";
import { unlessGone } from "../aws-error.ts";
import { flag, json, number, text, type Values } from "../fields.ts";
import { kind } from "../kind.ts";
import { asText } from "../values.ts";

const attributes = [
  ["deliveryPolicy", "DeliveryPolicy", "{}"],
  ["filterPolicy", "FilterPolicy", "{}"],
  ["filterPolicyScope", "FilterPolicyScope", "MessageAttributes"],
  ["rawMessageDelivery", "RawMessageDelivery", "false"],
  ["redrivePolicy", "RedrivePolicy", "{}"],
] as const;

/** A subscription to a topic, by its ARN, which it has before it is confirmed. */
export const topicSubscription = kind<TopicSubscriptionArgs>({
  type: "aws:sns/topicSubscription:TopicSubscription",
  fields: {
    topic: text,
    protocol: text,
    endpoint: text,
    endpointAutoConfirms: flag,
    confirmationTimeoutInMinutes: number,
    deliveryPolicy: json,
    filterPolicy: json,
    filterPolicyScope: text,
    rawMessageDelivery: flag,
    redrivePolicy: json,
  },
  required: ["topic", "protocol", "endpoint"],
  forceNew: ["topic", "protocol", "endpoint"],
  defaults: { endpointAutoConfirms: false, confirmationTimeoutInMinutes: 1, rawMessageDelivery: false },
  gone: ["NotFound"],
  async create(tools, inputs) {
    const asked = attributes.flatMap(([property, key]) => {
      const value = (inputs as Values)[property];
      return value === undefined || value === false ? [] : [[key, asText(value)]];
    });
    const made = await (
      await tools.aws.sns()
    ).subscribe({
      TopicArn: asText(inputs.topic),
      Protocol: inputs.protocol,
      Endpoint: inputs.endpoint,
      Attributes: asked.length === 0 ? undefined : Object.fromEntries(asked),
      // the ARN, also while the subscriber has not confirmed
      ReturnSubscriptionArn: true,
    });
    return made.SubscriptionArn ?? "";
  },
  async read(tools, arn) {
    const sns = await tools.aws.sns();
    const answer = await unlessGone(sns.getSubscriptionAttributes({ SubscriptionArn: arn }), "NotFound");
    const live = answer?.Attributes;
    if (live === undefined) return undefined;
    return {
      arn,
      topic: live.TopicArn,
      protocol: live.Protocol,
      endpoint: live.Endpoint,
      ownerId: live.Owner,
      pendingConfirmation: live.PendingConfirmation === "true",
      confirmationWasAuthenticated: live.ConfirmationWasAuthenticated === "true",
      rawMessageDelivery: live.RawMessageDelivery === "true",
      filterPolicy: live.FilterPolicy,
      filterPolicyScope: live.FilterPolicyScope,
      deliveryPolicy: live.DeliveryPolicy,
      redrivePolicy: live.RedrivePolicy,
    };
  },
  async update(tools, arn, { inputs, changed }) {
    const sns = await tools.aws.sns();
    for (const [property, AttributeName, fallback] of attributes)
      if (changed(property))
        await sns.setSubscriptionAttributes({
          SubscriptionArn: arn,
          AttributeName,
          AttributeValue: asText((inputs as Values)[property] ?? fallback),
        });
  },
  async remove(tools, arn) {
    // an unconfirmed subscription cannot be ended by its maker; AWS drops it after three days
    const sns = await tools.aws.sns();
    const answer = await unlessGone(sns.getSubscriptionAttributes({ SubscriptionArn: arn }), "NotFound");
    if (answer?.Attributes?.PendingConfirmation === "true")
      await unlessGone(sns.unsubscribe({ SubscriptionArn: arn }), "InvalidParameter", "NotFound");
    else if (answer !== undefined) await sns.unsubscribe({ SubscriptionArn: arn });
  },
});
