import type { Clients } from "../core/clients.ts";

/** One line of a log group. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  id: string;
  text: string;
  /** Name of its stream; left out where the source knows none. */
  stream?: string;
}

interface LogQuery {
  group: string;
  /** The one stream to read; left out: all. */
  stream?: string;
  /** Only streams whose name begins with this; not together with `stream`. */
  streamPrefix?: string;
  from: number;
  to: number;
  /** Only lines that fit this filter pattern of CloudWatch's, by the service's own matching; left out: all. */
  pattern?: string;
  most: number;
}

/** The source of log lines. */
export interface LogSource {
  /**
   * Lines of a log group from `from` to `to` (milliseconds since the epoch, both included), oldest first, at most `most`.
   * Rejects when `pattern` is no filter pattern.
   */
  lines(query: LogQuery, signal: AbortSignal): Promise<LogLine[]>;
  /** Writes one line into a stream of a group, making the stream when it does not exist. */
  write(entry: { group: string; stream: string; at: number; text: string }): Promise<void>;
}

/** The log source on AWS: `FilterLogEvents`, page by page. */
export function logSource(clients: Clients): LogSource {
  return {
    async lines({ group, stream, streamPrefix, from, to, pattern, most }, signal) {
      const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
      const logs = await clients.logs();
      const found: LogLine[] = [];
      let nextToken: string | undefined;
      do {
        const answer = await logs.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            ...(stream === undefined ? {} : { logStreamNames: [stream] }),
            ...(streamPrefix === undefined ? {} : { logStreamNamePrefix: streamPrefix }),
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
            ...(event.logStreamName === undefined ? {} : { stream: event.logStreamName }),
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
