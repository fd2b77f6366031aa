import type { Clients } from "../core/clients.ts";

/** The subscribers of a topic, by whether they receive anything. */
export interface Subscribers {
  confirmed: number;
  /** Subscriptions whose owner has not clicked the link yet: they receive nothing. */
  pending: string[];
}

/** A topic source knows who hears of a topic, and publishes to it. */
export interface TopicSource {
  subscribers(topicArn: string, signal: AbortSignal): Promise<Subscribers>;
  publish(topicArn: string, subject: string, text: string): Promise<void>;
}

/** The topic source on AWS: SNS. */
export function topicSource(clients: Clients): TopicSource {
  return {
    async subscribers(topicArn, signal) {
      const { ListSubscriptionsByTopicCommand } = await import("@aws-sdk/client-sns");
      const sns = await clients.sns();
      const found: Subscribers = { confirmed: 0, pending: [] };
      let next: string | undefined;
      do {
        const answer = await sns.send(
          new ListSubscriptionsByTopicCommand({
            TopicArn: topicArn,
            ...(next === undefined ? {} : { NextToken: next }),
          }),
          { abortSignal: signal },
        );
        for (const subscription of answer.Subscriptions ?? []) {
          if (subscription.SubscriptionArn?.startsWith("arn:")) found.confirmed += 1;
          else found.pending.push(`${subscription.Protocol ?? "?"}:${subscription.Endpoint ?? "?"}`);
        }
        next = answer.NextToken || undefined;
      } while (next !== undefined);
      return found;
    },

    async publish(topicArn, subject, text) {
      const { PublishCommand } = await import("@aws-sdk/client-sns");
      const sns = await clients.sns();
      await sns.send(
        new PublishCommand({ TopicArn: topicArn, Subject: subject.slice(0, 100), Message: text }),
      );
    },
  };
}
