import { z } from "zod";

/** One limit of the requirement: the only place its number stands. */
export interface Limit {
  readonly value: number;
  readonly unit: "percent" | "ms" | "requests" | "hours" | "minutes" | "usd/day";
  /** How a measured value relates to the limit when it is good. */
  readonly good: "<" | "<=" | ">" | ">=" | "=";
  /** The requirement's own sentence. */
  readonly sentence: string;
  /** The requirement's section. */
  readonly section: string;
}

const limit = <const L extends Limit>(of: L): Limit & L => of;

/** Every limit of the requirement (TASK-021, production deployment). Gates, alarms, dashboard, docs and report read these. */
export const specLimits = {
  firstRequests: limit({
    value: 100,
    unit: "requests",
    good: "=",
    sentence: "Monitor first 100 requests",
    section: "Phase 3: Validation, performance validation",
  }),
  analysisLatencyP95Ms: limit({
    value: 2000,
    unit: "ms",
    good: "<",
    sentence: "Analysis latency p95 < 2000ms",
    section: "Phase 3: Validation, performance validation",
  }),
  successRatePercent: limit({
    value: 99,
    unit: "percent",
    good: ">",
    sentence: "Success rate > 99%",
    section: "Phase 3: Validation, performance validation",
  }),
  logErrors: limit({
    value: 0,
    unit: "requests",
    good: "<=",
    sentence: "No errors in logs",
    section: "Phase 3: Validation, performance validation",
  }),
  alarmErrorRatePercent: limit({
    value: 5,
    unit: "percent",
    good: "<=",
    sentence: "High Error Rate: error_rate > 5% → notify_on_call",
    section: "Phase 4: Monitoring, alerts",
  }),
  alarmLatencyP95Ms: limit({
    value: 3000,
    unit: "ms",
    good: "<=",
    sentence: "High Latency: p95_latency > 3000ms → notify_team",
    section: "Phase 4: Monitoring, alerts",
  }),
  alarmLlmFailurePercent: limit({
    value: 10,
    unit: "percent",
    good: "<=",
    sentence: "LLM Failure Rate: llm_failure_rate > 10% → notify_on_call",
    section: "Phase 4: Monitoring, alerts",
  }),
  stagingCleanHoursMin: limit({
    value: 24,
    unit: "hours",
    good: ">=",
    sentence: "Staging running 24-48 hours without issues",
    section: "Pre-Deployment Checklist",
  }),
  stagingCleanHoursMax: limit({
    value: 48,
    unit: "hours",
    good: ">=",
    sentence: "Staging running 24-48 hours without issues",
    section: "Pre-Deployment Checklist",
  }),
  rollbackMinutes: limit({
    value: 5,
    unit: "minutes",
    good: "<",
    sentence: "Quick Rollback (< 5 minutes)",
    section: "Rollback Procedure",
  }),
  rollbackWindowHours: limit({
    value: 24,
    unit: "hours",
    good: "<=",
    sentence: "If critical issues detected within first 24 hours",
    section: "Rollback Procedure",
  }),
  llmCostPerDayUsd: limit({
    value: 100,
    unit: "usd/day",
    good: "<=",
    sentence: "LLM API costs",
    section: "Phase 4: Monitoring, metrics to track; the companion documents name $100 a day",
  }),
} as const;
/** The name of a limit of the requirement. */
export type LimitName = keyof typeof specLimits;

const overridable = [
  "firstRequests",
  "analysisLatencyP95Ms",
  "successRatePercent",
  "logErrors",
  "alarmErrorRatePercent",
  "alarmLatencyP95Ms",
  "alarmLlmFailurePercent",
  "stagingCleanHoursMin",
  "rollbackMinutes",
  "llmCostPerDayUsd",
] as const satisfies readonly LimitName[];

function threshold(name: LimitName) {
  const of = specLimits[name];
  const bounded = of.unit === "percent" ? z.number().min(0).max(100) : z.number().min(0);
  return bounded
    .default(of.value)
    .describe(`${of.sentence} (${of.section}); default ${of.value} ${of.unit}.`);
}

/** The `thresholds` part of the stack config: the requirement's limits, each overridable. */
export const thresholds = z.strictObject(
  Object.fromEntries(overridable.map((name) => [name, threshold(name)])) as Record<
    (typeof overridable)[number],
    ReturnType<typeof threshold>
  >,
);
/** The limits in force: the requirement's, or what a stack's config lays over them. */
export type Thresholds = z.infer<typeof thresholds>;

/** The share of bad answers that a success rate allows; rounded, because 1 - 0.99 is not 0.01 in floating point. */
export function badShare({ successRatePercent }: Pick<Thresholds, "successRatePercent">): number {
  return Number((1 - successRatePercent / 100).toFixed(6));
}

/** Share of analyses that may be slower than a limit of the 95th percentile: more of them say that it is above. */
export const slowShare = 0.05;
