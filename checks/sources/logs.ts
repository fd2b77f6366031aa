import type { Clients } from "../clients.ts";

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  id: string;
  text: string;
}

export interface LogSource {
  /**
   * Lines of a log group from `from` to `to` (milliseconds since the epoch, both included), oldest first, at most
   * `most`. `pattern` is CloudWatch's filter syntax; judge the text again, the service's own matching is coarse.
   */
  lines(
    query: { group: string; stream?: string; from: number; to: number; pattern?: string; most: number },
    signal: AbortSignal,
  ): Promise<LogLine[]>;
  /** Writes one line into a stream of a group, making the stream when it does not exist. */
  write(entry: { group: string; stream: string; at: number; text: string }): Promise<void>;
}

export function logSource(clients: Clients): LogSource {
  return {
    async lines({ group, stream, from, to, pattern, most }, signal) {
      const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
      const logs = await clients.logs();
      const found: LogLine[] = [];
      let nextToken: string | undefined;
      do {
        const answer = await logs.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            ...(stream === undefined ? {} : { logStreamNames: [stream] }),
            startTime: from,
            endTime: to,
            ...(pattern === undefined ? {} : { filterPattern: pattern }),
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
          { abortSignal: signal },
        );
        for (const event of answer.events ?? [])
          found.push({
            at: event.timestamp ?? 0,
            id: event.eventId ?? `${event.logStreamName}:${event.timestamp}:${event.message}`,
            text: event.message ?? "",
          });
        nextToken = answer.nextToken;
      } while (nextToken !== undefined && found.length < most);
      return found.sort((a, b) => a.at - b.at).slice(0, most);
    },

    async write({ group, stream, at, text }) {
      const {
        CreateLogStreamCommand,
        PutLogEventsCommand,
        ResourceAlreadyExistsException: AlreadyThere,
      } = await import("@aws-sdk/client-cloudwatch-logs");
      const logs = await clients.logs();
      try {
        await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
      } catch (error) {
        if (!(error instanceof AlreadyThere)) throw error;
      }
      await logs.send(
        new PutLogEventsCommand({
          logGroupName: group,
          logStreamName: stream,
          logEvents: [{ timestamp: at, message: text }],
        }),
      );
    },
  };
}
