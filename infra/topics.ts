import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import type { TopicSubscriptionArgs } from "@pulumi/aws/sns/topicSubscription.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";

/** The two topics that alarms are told to: `onCall` for those that cannot wait, `team` for latency, cost and certificate. */
export interface Topics {
  readonly onCall: Topic;
  readonly team: Topic;
}

/** The two topics that alarms, switch and guardian call. */
export function makeTopics(opts: pulumi.ComponentResourceOptions): Topics {
  const make = (name: string, displayName: string) => new Topic(name, { displayName }, opts);
  return { onCall: make("on-call", "MCP hub on-call"), team: make("team", "MCP hub team") };
}

/**
 * Subscribes who is to hear of the topics, once all of `after` is there: what alarms say while a stack is being made, before there is
 * anything to measure, is for nobody.
 */
export function subscribe(
  { alerts }: HubConfig,
  topics: Topics,
  after: readonly pulumi.Resource[],
  opts: pulumi.ComponentResourceOptions,
): void {
  const add = (name: string, args: TopicSubscriptionArgs) =>
    new TopicSubscription(name, args, { ...opts, dependsOn: [...after] });
  for (const name of ["onCall", "team"] as const) {
    const topic = topics[name].arn;
    const { emails, webhooks } = alerts[name];
    for (const [index, endpoint] of emails.entries())
      add(`${name}-email-${index}`, { topic, protocol: "email", endpoint });
    for (const [index, webhook] of webhooks.entries()) {
      const { url: endpoint, confirms } =
        typeof webhook === "string" ? { url: webhook, confirms: false } : webhook;
      // Where it is waited for and nobody confirms, an `up` fails after a minute.
      add(`${name}-webhook-${index}`, { topic, protocol: "https", endpoint, endpointAutoConfirms: confirms });
    }
  }
}
