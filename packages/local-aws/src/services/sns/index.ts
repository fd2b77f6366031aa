import type { PublishCommandInput, SubscribeCommandInput, Tag } from "@aws-sdk/client-sns";
import { AwsError } from "../../error.ts";
import { type Ids, account, arn } from "../../names.ts";
import { pageOf } from "../../page.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";

interface Message {
  readonly topic: string;
  readonly subject: string | undefined;
  readonly text: string;
  readonly at: number;
}

interface Subscription {
  readonly arn: string;
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Map<string, string>;
}

/** SNS with its inside: what was published, and a way to publish that needs no call. */
export interface Sns extends Service {
  /** Everything published, oldest first. */
  readonly messages: readonly Message[];
  publish(topic: string, subject: string | undefined, text: string, at: number): void;
}

/** Simple Notification Service: messages are kept to be looked at; nobody is mailed. Subscriptions wait for a confirmation that never comes, but for `https`, which confirms itself. */
export function sns(ids: Ids, pageSize: number): Sns {
  const topics = new Map<string, Map<string, string>>();
  const subscriptions = new Map<string, Subscription>();
  const messages: Message[] = [];
  const tags = new Tags();
  const topicOf = (ref: string | undefined): Map<string, string> => {
    const found = topics.get(ref ?? "");
    if (!found) throw new AwsError("NotFound", "Topic does not exist", 404);
    return found;
  };
  const subscriptionOf = (ref: string | undefined): Subscription => {
    const found = subscriptions.get(ref ?? "");
    if (!found) throw new AwsError("NotFound", "Subscription does not exist", 404);
    return found;
  };
  const listed = (topic?: string) => ({
    Subscriptions: [...subscriptions.values()]
      .filter((one) => topic === undefined || one.topic === topic)
      .map((one) => ({
        SubscriptionArn:
          one.attributes.get("PendingConfirmation") === "true" ? "PendingConfirmation" : one.arn,
        Owner: account,
        Protocol: one.protocol,
        Endpoint: one.endpoint,
        TopicArn: one.topic,
      })),
  });
  const publish = (topic: string, subject: string | undefined, text: string, at: number): void => {
    topicOf(topic);
    messages.push({ topic, subject, text, at });
  };
  return {
    signingName: "sns",
    protocol: "query",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    shapes: () => import("@aws-sdk/client-sns"),
    messages,
    publish,
    handlers: {
      CreateTopic(input: { Name?: string; Attributes?: Record<string, string>; Tags?: Tag[] }) {
        const TopicArn = arn("sns", input.Name ?? "");
        const usual = {
          TopicArn,
          Owner: account,
          DisplayName: "",
          SubscriptionsConfirmed: "0",
          SubscriptionsPending: "0",
          SubscriptionsDeleted: "0",
        };
        if (!topics.has(TopicArn))
          topics.set(TopicArn, new Map(Object.entries({ ...usual, ...input.Attributes })));
        tags.set(TopicArn, input.Tags);
        return { TopicArn };
      },
      GetTopicAttributes: (input: { TopicArn?: string }) => ({
        Attributes: Object.fromEntries(topicOf(input.TopicArn)),
      }),
      SetTopicAttributes(input: { TopicArn?: string; AttributeName?: string; AttributeValue?: string }) {
        topicOf(input.TopicArn).set(input.AttributeName ?? "", input.AttributeValue ?? "");
        return {};
      },
      DeleteTopic(input: { TopicArn?: string }) {
        topics.delete(input.TopicArn ?? "");
        for (const one of subscriptions.values())
          if (one.topic === input.TopicArn) subscriptions.delete(one.arn);
        return {};
      },
      ListTopics: () => ({ Topics: [...topics.keys()].map((TopicArn) => ({ TopicArn })) }),
      Subscribe(input: SubscribeCommandInput) {
        topicOf(input.TopicArn);
        const pending = String(input.Protocol === "email");
        const one: Subscription = {
          arn: `${input.TopicArn}:${ids.uuid()}`,
          topic: input.TopicArn ?? "",
          protocol: input.Protocol ?? "",
          endpoint: input.Endpoint ?? "",
          attributes: new Map(Object.entries({ ...input.Attributes, PendingConfirmation: pending })),
        };
        subscriptions.set(one.arn, one);
        return {
          SubscriptionArn:
            pending === "true" && input.ReturnSubscriptionArn !== true ? "pending confirmation" : one.arn,
        };
      },
      Unsubscribe(input: { SubscriptionArn?: string }) {
        subscriptions.delete(subscriptionOf(input.SubscriptionArn).arn);
        return {};
      },
      GetSubscriptionAttributes(input: { SubscriptionArn?: string }) {
        const one = subscriptionOf(input.SubscriptionArn);
        return {
          Attributes: {
            SubscriptionArn: one.arn,
            TopicArn: one.topic,
            Protocol: one.protocol,
            Endpoint: one.endpoint,
            Owner: account,
            RawMessageDelivery: "false",
            ConfirmationWasAuthenticated: String(one.attributes.get("PendingConfirmation") !== "true"),
            ...Object.fromEntries(one.attributes),
          },
        };
      },
      SetSubscriptionAttributes(input: {
        SubscriptionArn?: string;
        AttributeName?: string;
        AttributeValue?: string;
      }) {
        subscriptionOf(input.SubscriptionArn).attributes.set(
          input.AttributeName ?? "",
          input.AttributeValue ?? "",
        );
        return {};
      },
      ListSubscriptionsByTopic(input: { TopicArn?: string; NextToken?: string }) {
        topicOf(input.TopicArn);
        const { items, next } = pageOf(
          listed(input.TopicArn).Subscriptions,
          input.NextToken,
          Math.min(100, pageSize),
        );
        return { Subscriptions: items, NextToken: next };
      },
      ListSubscriptions: () => listed(),
      Publish(input: PublishCommandInput, call: Call) {
        publish(input.TopicArn ?? "", input.Subject, input.Message ?? "", call.now);
        return { MessageId: ids.uuid() };
      },
      TagResource(input: { ResourceArn?: string; Tags?: Tag[] }) {
        topicOf(input.ResourceArn);
        tags.set(input.ResourceArn ?? "", input.Tags);
        return {};
      },
      UntagResource(input: { ResourceArn?: string; TagKeys?: string[] }) {
        tags.remove(input.ResourceArn ?? "", input.TagKeys);
        return {};
      },
      ListTagsForResource: (input: { ResourceArn?: string }) => ({
        Tags: tags.list(input.ResourceArn ?? ""),
      }),
    },
  };
}
