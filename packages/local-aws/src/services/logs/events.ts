import type {
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
  PutLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "../../error.ts";
import { digits } from "../../names.ts";
import type { Call, Handler } from "../../service.ts";
import { lineTest } from "./filter.ts";
import { type Line, type State, append, groupOf } from "./state.ts";

const pageSize = 10_000;

const event = ({ id, timestamp, message, stream }: Line) => ({
  eventId: id,
  timestamp,
  ingestionTime: timestamp,
  message,
  logStreamName: stream,
});

/** The operations on streams and the lines in them. */
export function events(state: State): Record<string, Handler> {
  return {
    CreateLogStream(input: { logGroupName?: string; logStreamName?: string }, call: Call) {
      const group = groupOf(state, input.logGroupName);
      if (group.streams.has(input.logStreamName ?? ""))
        throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
      group.streams.set(input.logStreamName ?? "", call.now);
      return {};
    },
    DescribeLogStreams(input: { logGroupName?: string; logStreamNamePrefix?: string }) {
      const streams = [...groupOf(state, input.logGroupName).streams].filter(([name]) =>
        name.startsWith(input.logStreamNamePrefix ?? ""),
      );
      return {
        logStreams: streams.map(([logStreamName, at]) => ({ logStreamName, lastEventTimestamp: at })),
      };
    },
    PutLogEvents(input: PutLogEventsCommandInput) {
      const group = groupOf(state, input.logGroupName);
      if (!group.streams.has(input.logStreamName ?? ""))
        throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
      for (const { timestamp = 0, message = "" } of input.logEvents ?? [])
        append(state, group, input.logStreamName ?? "", timestamp, message);
      return { nextSequenceToken: state.ids.of(digits, 56) };
    },
    FilterLogEvents(input: FilterLogEventsCommandInput) {
      const group = groupOf(state, input.logGroupName ?? input.logGroupIdentifier);
      const after = input.nextToken ?? "";
      if (input.logStreamNames && input.logStreamNamePrefix)
        throw new AwsError(
          "InvalidParameterException",
          "Only one of logStreamNames and logStreamNamePrefix may be specified",
        );
      const fits = lineTest(input.filterPattern);
      const fitting = group.lines.filter(
        (line) =>
          line.id > after &&
          line.timestamp >= (input.startTime ?? 0) &&
          line.timestamp <= (input.endTime ?? Infinity) &&
          (input.logStreamNames?.includes(line.stream) ?? true) &&
          line.stream.startsWith(input.logStreamNamePrefix ?? "") &&
          fits(line.message),
      );
      const page = fitting.slice(0, input.limit ?? pageSize);
      return {
        events: page.map(event),
        ...(page.length < fitting.length ? { nextToken: page.at(-1)?.id } : {}),
      };
    },
    GetLogEvents(input: GetLogEventsCommandInput) {
      const group = groupOf(state, input.logGroupName ?? input.logGroupIdentifier);
      const lines = group.lines.filter(
        ({ stream, timestamp }) =>
          stream === input.logStreamName &&
          timestamp >= (input.startTime ?? 0) &&
          timestamp < (input.endTime ?? Infinity),
      );
      const limit = input.limit ?? pageSize;
      return {
        events: (input.startFromHead === true ? lines.slice(0, limit) : lines.slice(-limit)).map(event),
      };
    },
  };
}
