import type { Clock } from "../../clock.ts";
import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { events } from "./events.ts";
import { groups } from "./groups.ts";
import { metricFilters } from "./metric-filters.ts";
import { type State, addGroup, append } from "./state.ts";

/** CloudWatch Logs with its inside: lines come in and are read without a call. */
export interface Logs extends Service {
  /** Takes a line of a container; makes group and stream when they are missing, as the awslogs driver may. */
  take(group: string, stream: string, line: string): void;
  /** Messages of a group, oldest first. */
  lines(group: string, ofStream?: (stream: string) => boolean): readonly string[];
}

/** CloudWatch Logs. `onLine` hears every line of any group, for embedded metrics. */
export function logs(ids: Ids, clock: Clock, onLine: (group: string, line: string) => void): Logs {
  const state: State = { ids, tags: new Tags(), groups: new Map(), onLine, count: 0 };
  return {
    signingName: "logs",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-cloudwatch-logs"),
    handlers: { ...groups(state), ...events(state), ...metricFilters(state) },
    take(name, stream, line) {
      const now = clock.now();
      append(state, state.groups.get(name) ?? addGroup(state, name, now), stream, now, line);
    },
    lines: (name, ofStream = () => true) =>
      (state.groups.get(name)?.lines ?? []).flatMap(({ stream, message }) =>
        ofStream(stream) ? [message] : [],
      ),
  };
}
