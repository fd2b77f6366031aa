import type { Thresholds } from "../checks/spec.ts";
import { type Colour, colours } from "../rollout/policy/colour.ts";
import { guardianMetrics, metricDimension, metricNamespace, type MetricName } from "../sidecar/telemetry.ts";

/** The seven metrics that the requirement asks to track, in its order. */
export const tracked = [
  "Request volume",
  "Success rate",
  "Analysis latency",
  "LLM failures",
  "Tool exposure changes",
  "Open sessions",
  "LLM cost",
] as const;

const colour = { blue: "#1f77b4", green: "#2ca02c" } as const satisfies Record<Colour, string>;
const width = 12;
const height = 5;

/** The dashboard's body: each metric with both colours side by side, limits as lines, the weight over time under them. */
export function dashboardBody(region: string, limits: Thresholds, alarmArns: readonly string[]): string {
  const series = (name: MetricName, stat: string) =>
    colours.map((of) => [metricNamespace, name, metricDimension, of, { stat, label: of, color: colour[of] }]);
  const math = (text: (of: Colour) => string, parts: readonly [string, MetricName, string][]) =>
    colours.flatMap((of) => [
      ...parts.map(([id, name, stat]) => [
        metricNamespace,
        name,
        metricDimension,
        of,
        { id: `${id}_${of}`, stat, visible: false },
      ]),
      [{ expression: text(of), label: of, color: colour[of], id: `shown_${of}` }],
    ]);
  const widgets: [string, unknown[], { label: string; value: number }[]][] = [
    [tracked[0], series("Requests", "Sum"), []],
    [
      tracked[1],
      math(
        (of) => `100 * good_${of} / all_${of}`,
        [
          ["good", "Successes", "Sum"],
          ["all", "Requests", "Sum"],
        ],
      ),
      [
        { label: "gate", value: limits.successRatePercent },
        { label: "alarm", value: 100 - limits.alarmErrorRatePercent },
      ],
    ],
    [
      tracked[2],
      series("AnalysisLatency", "p95"),
      [
        { label: "gate", value: limits.analysisLatencyP95Ms },
        { label: "alarm", value: limits.alarmLatencyP95Ms },
      ],
    ],
    [
      tracked[3],
      math(
        (of) => `100 * failed_${of} / calls_${of}`,
        [
          ["failed", "LlmFailures", "Sum"],
          ["calls", "AnalysisCalls", "Sum"],
        ],
      ),
      [{ label: "alarm", value: limits.alarmLlmFailurePercent }],
    ],
    [tracked[4], series("ToolListChanges", "Sum"), []],
    [tracked[5], series("OpenSessions", "Maximum"), []],
    [tracked[6], [...series("InputTokens", "Sum"), ...series("OutputTokens", "Sum")], []],
  ];
  const weight = colours.map((of) => [
    metricNamespace,
    "Weight" satisfies keyof typeof guardianMetrics,
    metricDimension,
    of,
    { stat: "Maximum", label: of, color: colour[of] },
  ]);
  return JSON.stringify({
    widgets: [
      ...widgets.map(([title, metrics, lines], index) => ({
        type: "metric",
        x: (index % 2) * width,
        y: Math.floor(index / 2) * height,
        width,
        height,
        properties: {
          title,
          region,
          period: 60,
          view: "timeSeries",
          metrics,
          annotations: { horizontal: lines },
        },
      })),
      {
        type: "alarm",
        x: width,
        y: 3 * height,
        width,
        height,
        properties: { title: "Alarms", alarms: alarmArns },
      },
      {
        type: "metric",
        x: 0,
        y: 4 * height,
        width: 2 * width,
        height: 4,
        properties: {
          title: "Weight",
          region,
          period: 60,
          view: "timeSeries",
          metrics: weight,
          yAxis: { left: { min: 0, max: 100 } },
        },
      },
    ],
  });
}
