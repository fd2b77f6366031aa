import * as sns from "@pulumi/aws/sns/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";

/** The two topics that alarms are told to: `onCall` for those that cannot wait, `team` for latency, cost and certificate. */
export interface Topics {
  readonly onCall: sns.Topic;
  readonly team: sns.Topic;
}

/** The two topics and their subscribers. */
export function makeTopics({ alerts }: HubConfig, opts: pulumi.ComponentResourceOptions): Topics {
  const make = (name: "onCall" | "team", title: string) => {
    const topic = new sns.Topic(name === "onCall" ? "on-call" : "team", { displayName: title }, opts);
    const { emails, webhooks } = alerts[name];
    for (const [index, endpoint] of emails.entries())
      new sns.TopicSubscription(
        `${name}-email-${index}`,
        { topic: topic.arn, protocol: "email", endpoint },
        opts,
      );
    for (const [index, endpoint] of webhooks.entries())
      new sns.TopicSubscription(
        `${name}-webhook-${index}`,
        { topic: topic.arn, protocol: "https", endpoint, endpointAutoConfirms: true },
        opts,
      );
    return topic;
  };
  return { onCall: make("onCall", "MCP hub on-call"), team: make("team", "MCP hub team") };
}
