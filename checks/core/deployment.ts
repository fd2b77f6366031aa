import type { SwitchInputs } from "../../domain/inputs.ts";

/** What of the deployment a check may ask about. Absent when checking a bare URL. */
export type Deployment = Pick<
  SwitchInputs,
  | "stack"
  | "cluster"
  | "services"
  | "taskDefinitions"
  | "targetGroups"
  | "releases"
  | "capacity"
  | "logGroups"
  | "alarms"
  | "metricNamespace"
  | "topics"
  | "table"
  | "plan"
>;

/** A span after a promotion with its own criteria. */
export interface WatchPeriod {
  name: "first-hour" | "first-day" | "first-week";
  ms: number;
}
