import type {
  CreateLogGroupCommandInput,
  DescribeLogGroupsCommandInput,
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
  LogGroup,
  MetricFilter,
  PutLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Clock } from "../../clock.ts";
import { AwsError } from "../../error.ts";
import { type Ids, arn, digits } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags, fromMap } from "../../tags.ts";
import { lineTest, refuseMetricFilter } from "./filter.ts";

interface Line {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  readonly stream: string;
}

interface Group {
  readonly live: LogGroup & { logGroupName: string; arn: string };
  readonly lines: Line[];
  readonly streams: Map<string, number>;
  readonly filters: Map<string, MetricFilter>;
}

export interface Logs extends Service {
  /** Takes a line of a container; makes group and stream when they are missing, as the awslogs driver may. */
  take(group: string, stream: string, line: string): void;
  /** Messages of a group, oldest first. */
  lines(group: string, ofStream?: (stream: string) => boolean): readonly string[];
}

/** Lines kept per group; the oldest go first. */
const mostLines = 50_000;
const pageSize = 10_000;

/** CloudWatch Logs. `onLine` hears every line, for embedded metrics. */
export function logs(ids: Ids, clock: Clock, onLine: (group: string, line: string) => void): Logs {
  const groups = new Map<string, Group>();
  const tags = new Tags();
  let count = 0;
  const nameIn = (ref: string | undefined) => /log-group:([^:]+)/.exec(ref ?? "")?.[1] ?? ref ?? "";
  const groupOf = (ref: string | undefined): Group => {
    const found = groups.get(nameIn(ref));
    if (!found) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
    return found;
  };
  const make = (logGroupName: string, now: number): Group => {
    const group: Group = {
      live: {
        logGroupName,
        arn: `${arn("logs", `log-group:${logGroupName}`)}:*`,
        logGroupArn: arn("logs", `log-group:${logGroupName}`),
        creationTime: now,
        storedBytes: 0,
        metricFilterCount: 0,
        logGroupClass: "STANDARD",
      },
      lines: [],
      streams: new Map(),
      filters: new Map(),
    };
    groups.set(logGroupName, group);
    return group;
  };
  const append = (group: Group, stream: string, timestamp: number, message: string): void => {
    group.streams.set(stream, timestamp);
    group.lines.push({ id: String(++count).padStart(56, "0"), timestamp, message, stream });
    if (group.lines.length > mostLines) group.lines.splice(0, group.lines.length - mostLines);
    onLine(group.live.logGroupName, message);
  };
  const event = ({ id, timestamp, message, stream }: Line) => ({
    eventId: id,
    timestamp,
    ingestionTime: timestamp,
    message,
    logStreamName: stream,
  });
  return {
    signingName: "logs",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-cloudwatch-logs"),
    take(group, stream, line) {
      const now = clock.now();
      append(groups.get(group) ?? make(group, now), stream, now, line);
    },
    lines: (group, ofStream = () => true) =>
      (groups.get(group)?.lines ?? []).flatMap(({ stream, message }) => (ofStream(stream) ? [message] : [])),
    handlers: {
      CreateLogGroup(input: CreateLogGroupCommandInput, call: Call) {
        const name = input.logGroupName ?? "";
        if (groups.has(name))
          throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
        const group = make(name, call.now);
        if (input.kmsKeyId !== undefined) group.live.kmsKeyId = input.kmsKeyId;
        if (input.logGroupClass !== undefined) group.live.logGroupClass = input.logGroupClass;
        tags.set(arn("logs", `log-group:${name}`), fromMap(input.tags));
        return {};
      },
      DeleteLogGroup(input: { logGroupName?: string }) {
        const { live } = groupOf(input.logGroupName);
        groups.delete(live.logGroupName);
        return {};
      },
      DescribeLogGroups(input: DescribeLogGroupsCommandInput) {
        const fitting = [...groups.values()].filter(({ live }) =>
          live.logGroupName.startsWith(input.logGroupNamePrefix ?? ""),
        );
        return { logGroups: fitting.map(({ live }) => live) };
      },
      PutRetentionPolicy(input: { logGroupName?: string; retentionInDays?: number }) {
        groupOf(input.logGroupName).live.retentionInDays = input.retentionInDays;
        return {};
      },
      DeleteRetentionPolicy(input: { logGroupName?: string }) {
        delete groupOf(input.logGroupName).live.retentionInDays;
        return {};
      },
      AssociateKmsKey(input: { logGroupName?: string; kmsKeyId?: string }) {
        groupOf(input.logGroupName).live.kmsKeyId = input.kmsKeyId;
        return {};
      },
      DisassociateKmsKey(input: { logGroupName?: string }) {
        delete groupOf(input.logGroupName).live.kmsKeyId;
        return {};
      },
      CreateLogStream(input: { logGroupName?: string; logStreamName?: string }, call: Call) {
        const group = groupOf(input.logGroupName);
        if (group.streams.has(input.logStreamName ?? ""))
          throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
        group.streams.set(input.logStreamName ?? "", call.now);
        return {};
      },
      DescribeLogStreams(input: { logGroupName?: string; logStreamNamePrefix?: string }) {
        const streams = [...groupOf(input.logGroupName).streams].filter(([name]) =>
          name.startsWith(input.logStreamNamePrefix ?? ""),
        );
        return {
          logStreams: streams.map(([logStreamName, at]) => ({ logStreamName, lastEventTimestamp: at })),
        };
      },
      PutLogEvents(input: PutLogEventsCommandInput) {
        const group = groupOf(input.logGroupName);
        if (!group.streams.has(input.logStreamName ?? ""))
          throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
        for (const { timestamp = 0, message = "" } of input.logEvents ?? [])
          append(group, input.logStreamName ?? "", timestamp, message);
        return { nextSequenceToken: ids.of(digits, 56) };
      },
      FilterLogEvents(input: FilterLogEventsCommandInput) {
        const group = groupOf(input.logGroupName ?? input.logGroupIdentifier);
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
        const group = groupOf(input.logGroupName ?? input.logGroupIdentifier);
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
      PutMetricFilter(input: {
        logGroupName?: string;
        filterName?: string;
        filterPattern?: string;
        metricTransformations?: never;
      }) {
        const group = groupOf(input.logGroupName);
        refuseMetricFilter(input.filterPattern);
        group.filters.set(input.filterName ?? "", {
          filterName: input.filterName,
          filterPattern: input.filterPattern,
          metricTransformations: input.metricTransformations,
          logGroupName: group.live.logGroupName,
        });
        return {};
      },
      DescribeMetricFilters(input: { logGroupName?: string; filterNamePrefix?: string }) {
        const fitting = [...groupOf(input.logGroupName).filters.values()];
        return {
          metricFilters: fitting.filter(({ filterName }) =>
            filterName?.startsWith(input.filterNamePrefix ?? ""),
          ),
        };
      },
      DeleteMetricFilter(input: { logGroupName?: string; filterName?: string }) {
        groupOf(input.logGroupName).filters.delete(input.filterName ?? "");
        return {};
      },
      TagResource(input: { resourceArn?: string; tags?: Record<string, string> }) {
        tags.set(
          arn("logs", `log-group:${groupOf(input.resourceArn).live.logGroupName}`),
          fromMap(input.tags),
        );
        return {};
      },
      UntagResource(input: { resourceArn?: string; tagKeys?: string[] }) {
        tags.remove(arn("logs", `log-group:${groupOf(input.resourceArn).live.logGroupName}`), input.tagKeys);
        return {};
      },
      ListTagsForResource: (input: { resourceArn?: string }) => ({
        tags: tags.map(arn("logs", `log-group:${groupOf(input.resourceArn).live.logGroupName}`)),
      }),
    },
  };
}
