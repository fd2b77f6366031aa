import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard.js";
import * as pulumi from "@pulumi/pulumi";
import { type Colour, colours } from "../domain/colour.ts";
import type { Thresholds } from "../domain/spec.ts";
import { guardianMetrics, metricDimension, type MetricName, metricOfOutcome } from "../domain/telemetry.ts";
import type { Naming } from "./alarms.ts";
import {
  dollarsOf,
  errorRate,
  errorRateMetrics,
  llmFailureRate,
  llmFailureRateMetrics,
  spentMetrics,
  successRate,
} from "./formulas.ts";
import { partitionOf } from "./partition.ts";
import type { Place } from "./read.ts";

/** The seven metrics that the requirement asks to track, in its order. */
export const tracked = [
  "Request volume",
  "Success rate",
  "Error rate",
  "Analysis latency (p50, p95, p99)",
  "Tool exposure changes per session",
  "LLM API costs",
  "Session count",
] as const;
/**
 * Titles beside the seven: the requirement's third alert is about the first, and the second is what the error rate is not made
 * of.
 */
export const alsoTracked = ["LLM failure rate", "Other outcomes"] as const;

const shades = {
  blue: ["#1f77b4", "#aec7e8", "#08306b"],
  green: ["#2ca02c", "#98df8a", "#00441b"],
} as const satisfies Record<Colour, readonly string[]>;
const width = 12;
const height = 5;
const hourly = 3_600;

interface Row {
  readonly title: string;
  /** Metrics as CloudWatch's dashboards take them. */
  readonly metrics: (of: Colour) => unknown[];
  /** Limits, drawn as lines. */
  readonly lines?: readonly { label: string; value: number }[];
  /** Seconds. */
  readonly period?: number;
}

/** Draws metrics of one namespace. */
const drawing = (namespace: string) => ({
  plain: (of: Colour, name: string, stat: string, shade = 0, label = stat): unknown[] => [
    namespace,
    name,
    metricDimension,
    of,
    { stat, label, color: shades[of][shade] },
  ],
  /** A formula over sums; only its result is drawn. */
  formula: (of: Colour, text: string, parts: Readonly<Record<string, MetricName>>): unknown[] => [
    ...Object.entries(parts).map(([id, name]) => [
      namespace,
      name,
      metricDimension,
      of,
      { id, stat: "Sum", visible: false },
    ]),
    [{ expression: text, label: of, color: shades[of][0], id: "shown" }],
  ],
  /** Counts side by side, each in a shade of its own that the dashboard picks. */
  counts: (of: Colour, names: readonly MetricName[]): unknown[] =>
    names.map((name) => [namespace, name, metricDimension, of, { stat: "Sum", label: name }]),
});

function rows({ plain, formula, counts }: ReturnType<typeof drawing>, limits: Thresholds): Row[] {
  const alarm = (value: number) => ({ label: "alarm", value });
  const gate = (value: number) => ({ label: "gate", value });
  return [
    { title: tracked[0], metrics: (of) => [plain(of, "Requests", "Sum")] },
    {
      title: tracked[1],
      metrics: (of) => formula(of, successRate, errorRateMetrics),
      lines: [gate(limits.successRatePercent)],
    },
    {
      title: tracked[2],
      metrics: (of) => formula(of, errorRate, errorRateMetrics),
      lines: [alarm(limits.alarmErrorRatePercent)],
    },
    {
      title: tracked[3],
      metrics: (of) => ["p95", "p50", "p99"].map((stat, shade) => plain(of, "AnalysisLatency", stat, shade)),
      lines: [gate(limits.analysisLatencyP95Ms), alarm(limits.alarmLatencyP95Ms)],
    },
    {
      title: tracked[4],
      metrics: (of) =>
        formula(of, "changes / opened", { changes: "ToolListChanges", opened: "SessionsOpened" }),
      period: hourly,
    },
    {
      title: `${tracked[5]}, $ an hour`,
      metrics: (of) =>
        formula(
          of,
          dollarsOf((id) => id),
          spentMetrics,
        ),
      lines: [
        {
          label: `alarm: $${limits.llmCostPerDayUsd} a day, both slots together`,
          value: limits.llmCostPerDayUsd / 24,
        },
      ],
      period: hourly,
    },
    { title: tracked[6], metrics: (of) => [plain(of, "OpenSessions", "Maximum")] },
    {
      title: alsoTracked[0],
      metrics: (of) => formula(of, llmFailureRate, llmFailureRateMetrics),
      lines: [alarm(limits.alarmLlmFailurePercent)],
    },
    { title: alsoTracked[1], metrics: (of) => counts(of, otherOutcomes) },
  ];
}

/** The users', the tool's or the switching's: no limit is about them alone. */
const otherOutcomes = (["tool-error", "client-fault", "withdrawn", "drained", "refused"] as const).map(
  (outcome) => metricOfOutcome[outcome],
);

/** The dashboard's body: a row per title, blue left and green right, limits as lines; under them the weight over time and the alarms. */
export function dashboardBody(
  { region, namespace }: { readonly region: string; readonly namespace: string },
  limits: Thresholds,
  alarmArns: readonly string[],
): string {
  const draw = drawing(namespace);
  const all = rows(draw, limits);
  const chart = (title: string, metrics: unknown[], more: object = {}) => ({
    title,
    region,
    period: 60,
    view: "timeSeries",
    metrics,
    ...more,
  });
  const weights = colours.map((of) =>
    draw.plain(of, "Weight" satisfies keyof typeof guardianMetrics, "Maximum", 0, of),
  );
  return JSON.stringify({
    widgets: [
      ...all.flatMap(({ title, metrics, lines = [], period = 60 }, row) =>
        colours.map((of, column) => ({
          type: "metric",
          x: column * width,
          y: row * height,
          width,
          height,
          properties: chart(`${title}: ${of}`, metrics(of), { period, annotations: { horizontal: lines } }),
        })),
      ),
      {
        type: "metric",
        x: 0,
        y: all.length * height,
        width: 2 * width,
        height,
        properties: chart("Weight", weights, { yAxis: { left: { min: 0, max: 100 } } }),
      },
      {
        type: "alarm",
        x: 0,
        y: (all.length + 1) * height,
        width: 2 * width,
        height,
        properties: { title: "Alarms", alarms: alarmArns },
      },
    ],
  });
}

/** The stack's dashboard, and where it is looked at: its name alone where no console's address is public. */
export function makeDashboard(
  { region }: Place,
  { prefix, namespace }: Naming,
  limits: Thresholds,
  alarmArns: pulumi.Output<string>[],
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const { dashboardName } = new Dashboard(
    "hub",
    {
      dashboardName: prefix,
      dashboardBody: pulumi
        .all([namespace, pulumi.all(alarmArns)])
        .apply(([known, arns]) => dashboardBody({ region, namespace: known }, limits, arns)),
    },
    opts,
  );
  const { console } = partitionOf(region);
  if (console === null) return dashboardName;
  return pulumi.interpolate`https://${region}.${console}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
}
