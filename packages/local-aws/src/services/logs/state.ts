import type { LogGroup, MetricFilter } from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Tags } from "../../tags.ts";

/** A line of a log; `timestamp` is in milliseconds since 1970. */
export interface Line {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  readonly stream: string;
}

/** A log group with its lines, oldest first, of all streams together. */
export interface Group {
  readonly live: LogGroup & { logGroupName: string; arn: string };
  readonly lines: Line[];
  /** When each stream got its last line. */
  readonly streams: Map<string, number>;
  readonly filters: Map<string, MetricFilter>;
}

/** Everything CloudWatch Logs holds. */
export interface State {
  readonly ids: Ids;
  readonly tags: Tags;
  /** By name. */
  readonly groups: Map<string, Group>;
  /** Hears every line of the standard class: no other is looked at for metrics. */
  readonly onLine: (group: string, line: string) => void;
  /** Lines so far, of all groups: their ids ascend. */
  count: number;
}

/** Lines kept per group; the oldest go first. */
const mostLines = 50_000;

const nameIn = (ref: string | undefined) => /log-group:([^:]+)/.exec(ref ?? "")?.[1] ?? ref ?? "";

/** The group of a name or an ARN. */
export function groupOf({ groups }: State, ref: string | undefined): Group {
  const found = groups.get(nameIn(ref));
  if (!found) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  return found;
}

/** The ARN that a group's tags belong to. */
export const groupArn = (name: string) => arn("logs", `log-group:${name}`);

/** Makes an empty group; one of that name is replaced. */
export function addGroup({ groups }: State, logGroupName: string, now: number): Group {
  const group: Group = {
    live: {
      logGroupName,
      arn: `${groupArn(logGroupName)}:*`,
      logGroupArn: groupArn(logGroupName),
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
}

/** Adds a line to a group, makes its stream when it is missing, and tells who listens. */
export function append(
  state: State,
  { live, lines, streams }: Group,
  stream: string,
  timestamp: number,
  message: string,
): void {
  streams.set(stream, timestamp);
  lines.push({ id: String(++state.count).padStart(56, "0"), timestamp, message, stream });
  if (lines.length > mostLines) lines.splice(0, lines.length - mostLines);
  if (live.logGroupClass === "STANDARD") state.onLine(live.logGroupName, message);
}
