import type { types } from "@pulumi/aws";
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import type * as pulumi from "@pulumi/pulumi";
import { alarmEvidence } from "../domain/alarm-evidence.ts";
import { type Colour, colours, perColour } from "../domain/colour.ts";
import { llmPrice } from "../domain/llm-price.ts";
import { type Thresholds, slowShare, specLimits } from "../domain/spec.ts";
import { guardianMetrics, metricDimension, type MetricName } from "../domain/telemetry.ts";
import {
  dollarsOf,
  errorRate,
  errorRateMetrics,
  isEvidence,
  lostByBalancer,
  llmFailureRate,
  llmFailureRateMetrics,
  percentAbove,
  plain,
  slowCalls,
  spentMetrics,
} from "./formulas.ts";

/** An alarm before it is a resource: pure, so that tests read exactly what is made. */
export interface AlarmPlan {
  /** Ends in its kind, which the guardian goes by. */
  readonly name: string;
  readonly description: string;
  /** The topic it calls. */
  readonly topic: "onCall" | "team";
  readonly args: Omit<MetricAlarmArgs, "name" | "alarmActions" | "okActions">;
}

const minute = 60;

type Query = types.input.cloudwatch.MetricAlarmMetricQuery;

/** How the stack's alarms are called, and where its metrics are. */
export interface Naming {
  readonly prefix: string;
  readonly namespace: pulumi.Input<string>;
}

/** Makes queries of one stack's metrics. @param period seconds */
const metricsIn =
  (namespace: pulumi.Input<string>, period: number) =>
  (id: string, name: string, colour: Colour, stat: string): Query => ({
    id,
    returnData: false,
    metric: {
      namespace,
      metricName: name,
      dimensions: { [metricDimension]: colour },
      period,
      stat,
    },
  });
const expression = (text: string, label: string): Query => ({
  id: "shown",
  expression: text,
  label,
  returnData: true,
});
const own = (name: MetricName) => name;

/** Two bad minutes of three, and silence is judged by the alarm for lost telemetry. */
const twoOfThree = { evaluationPeriods: 3, datapointsToAlarm: 2, treatMissingData: "notBreaching" } as const;

/** The last minutes' sum, whenever it is evidence enough: CloudWatch looks each minute, at a window that slides. */
const window = { evaluationPeriods: 1, treatMissingData: "notBreaching" } as const;
const windowWords = `over ${alarmEvidence.windowMinutes} minutes and by more than chance shows`;

/** The alarms of the slots: one set per colour, at the requirement's limits. */
export function slotAlarms({ prefix, namespace }: Naming, colour: Colour, limits: Thresholds): AlarmPlan[] {
  const metric = metricsIn(namespace, minute);
  const summed = metricsIn(namespace, alarmEvidence.windowMinutes * minute);
  const sums = (parts: Readonly<Record<string, MetricName>>) =>
    Object.entries(parts).map(([id, of]) => summed(id, of, colour, "Sum"));
  const name = (kind: string) => `${prefix}-${colour}-${kind}`;
  const above = (threshold: number) => ({ comparisonOperator: "GreaterThanThreshold", threshold });
  return [
    {
      name: name("error-rate"),
      description: `${colour}: more than ${limits.alarmErrorRatePercent} % of all requests are server faults, ${windowWords}. ${specLimits.alarmErrorRatePercent.sentence}`,
      topic: "onCall",
      args: {
        ...window,
        ...above(limits.alarmErrorRatePercent),
        metricQueries: [
          ...sums(errorRateMetrics),
          expression(
            `IF(${isEvidence(limits.alarmErrorRatePercent / 100, "faults", "requests")}, ${errorRate}, 0)`,
            "Error rate, %",
          ),
        ],
      },
    },
    {
      name: name("latency"),
      description: `${colour}: p95 of all analyses above ${limits.alarmLatencyP95Ms} ms, those that got no answer included with how long they had waited, ${windowWords}. ${specLimits.alarmLatencyP95Ms.sentence}`,
      topic: "team",
      args: {
        ...window,
        // The spec's alert has a limit of its own: higher than the gate's.
        ...above(limits.alarmLatencyP95Ms),
        metricQueries: [
          summed("calls", own("AnalysisLatency"), colour, "SampleCount"),
          summed("p95", own("AnalysisLatency"), colour, "p95"),
          summed("slow", own("AnalysisLatency"), colour, percentAbove(limits.alarmLatencyP95Ms)),
          expression(`IF(${isEvidence(slowShare, slowCalls, "calls")}, p95, 0)`, "Analysis latency p95, ms"),
        ],
      },
    },
    {
      name: name("llm-failures"),
      description: `${colour}: the language model fails more than ${limits.alarmLlmFailurePercent} % of all analyses, ${windowWords}. ${specLimits.alarmLlmFailurePercent.sentence}`,
      topic: "onCall",
      args: {
        ...window,
        ...above(limits.alarmLlmFailurePercent),
        metricQueries: [
          ...sums(llmFailureRateMetrics),
          expression(
            `IF(${isEvidence(limits.alarmLlmFailurePercent / 100, "failed", "calls")}, ${llmFailureRate}, 0)`,
            "LLM failures, %",
          ),
        ],
      },
    },
    {
      name: name("no-healthy-target"),
      description: `${colour}: has weight and no healthy target. An empty group reports nothing by itself, so the guardian does.`,
      topic: "onCall",
      args: {
        ...twoOfThree,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        metricQueries: [
          metric("weight", guardianName("Weight"), colour, "Maximum"),
          metric("healthy", guardianName("HealthyTargets"), colour, "Minimum"),
          expression("IF(weight > 0 AND FILL(healthy, 0) < 1, 1, 0)", "Weight without a healthy target"),
        ],
      },
    },
    {
      name: name("telemetry-lost"),
      description: `${colour}: has weight and its sidecars report nothing, not even zeros. The guardian says so: nothing is made of a metric that is not there.`,
      topic: "onCall",
      args: {
        // Each time it is told that nothing came in the three minutes before.
        evaluationPeriods: 3,
        datapointsToAlarm: 3,
        // A guardian that says nothing has an alarm of its own.
        treatMissingData: "notBreaching",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        namespace,
        metricName: guardianName("TelemetryLost"),
        dimensions: { [metricDimension]: colour },
        period: minute,
        statistic: "Maximum",
      },
    },
  ];
}

const nameOfSilent = ({ prefix }: Pick<Naming, "prefix">) => `${prefix}-guardian-silent`;

const guardianName = (name: keyof typeof guardianMetrics) => name;

/** Of the balancer's own errors in a minute, fewer than these page nobody. */
const balancerFloor = 5;
/** Of all requests, the percentage that the requirement's success rate allows to be lost. */
const lostPercent = ({ successRatePercent }: Thresholds) => 100 - successRatePercent;

/** The alarms that concern the stack as a whole and no colour alone. */
export function stackAlarms(
  { prefix, namespace }: Naming,
  limits: Thresholds,
  has: { loadBalancer: pulumi.Input<string>; certificateArn?: pulumi.Input<string> | undefined },
): AlarmPlan[] {
  const metric = metricsIn(namespace, 86_400);
  const ofBalancer = (id: string, metricName: string): Query => ({
    id,
    returnData: false,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName,
      dimensions: { LoadBalancer: has.loadBalancer },
      period: minute,
      stat: "Sum",
    },
  });
  const spent = colours.flatMap((colour) =>
    Object.entries(spentMetrics).map(([id, name]) => metric(`${id}_${colour}`, own(name), colour, "Sum")),
  );
  // A colour that does not run reports nothing, and must not hide what the other costs.
  const dollars = colours.map((colour) => dollarsOf((id) => `FILL(${id}_${colour}, 0)`)).join(" + ");
  return [
    {
      name: nameOfSilent({ prefix }),
      description:
        "The guardian has not reported for three minutes: nobody sends traffic home when a rollout is lost.",
      topic: "onCall",
      args: {
        evaluationPeriods: 3,
        datapointsToAlarm: 3,
        treatMissingData: "breaching",
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        namespace,
        metricName: guardianName("GuardianHeartbeat"),
        period: minute,
        statistic: "SampleCount",
      },
    },
    {
      name: `${prefix}-balancer-5xx`,
      description: `The load balancer itself answered with 502, 503 or 504: ${balancerFloor} a minute or more, and more than ${plain(lostPercent(limits))} % of all requests.`,
      topic: "onCall",
      args: {
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: balancerFloor,
        metricQueries: [
          ofBalancer("failed", "HTTPCode_ELB_5XX_Count"),
          ofBalancer("requests", "RequestCount"),
          expression(lostByBalancer(lostPercent(limits)), "5xx of the balancer itself, where they are many"),
        ],
      },
    },
    {
      name: `${prefix}-llm-cost`,
      description: `The analyses of both slots cost more than $${limits.llmCostPerDayUsd} a day: tokens where their results tell them, an estimate for the others (prices of ${llmPrice.asOf}, ${llmPrice.model}).`,
      topic: "team",
      args: {
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
        comparisonOperator: "GreaterThanThreshold",
        threshold: limits.llmCostPerDayUsd,
        metricQueries: [...spent, expression(dollars, "LLM cost of a day, $")],
      },
    },
    ...(has.certificateArn === undefined
      ? []
      : [
          {
            name: `${prefix}-certificate`,
            description: "The certificate runs out within two weeks and has not been renewed.",
            topic: "team" as const,
            args: {
              evaluationPeriods: 1,
              treatMissingData: "notBreaching",
              comparisonOperator: "LessThanThreshold",
              threshold: 14,
              namespace: "AWS/CertificateManager",
              metricName: "DaysToExpiry",
              dimensions: { CertificateArn: has.certificateArn },
              period: 86_400,
              statistic: "Minimum",
            },
          },
        ]),
  ];
}

/** Makes the alarms and says their names by colour. */
export function makeAlarms(
  naming: Naming,
  limits: Thresholds,
  topics: {
    readonly onCall: { readonly arn: pulumi.Output<string> };
    readonly team: { readonly arn: pulumi.Output<string> };
  },
  has: Parameters<typeof stackAlarms>[2] & { readonly guardian: readonly pulumi.Resource[] },
  opts: pulumi.ComponentResourceOptions,
): {
  names: Readonly<Record<Colour, string[]>>;
  arns: pulumi.Output<string>[];
  all: readonly pulumi.Resource[];
} {
  const silent = nameOfSilent(naming);
  const make = ({ name, description, topic, args }: AlarmPlan) =>
    new MetricAlarm(
      name.slice(naming.prefix.length + 1),
      {
        name,
        alarmDescription: description,
        alarmActions: [topics[topic].arn],
        okActions: [topics[topic].arn],
        ...args,
      },
      // Before the guardian is called there is nothing but silence.
      name === silent ? { ...opts, dependsOn: [...has.guardian] } : opts,
    );
  const bySlot = perColour((colour) => slotAlarms(naming, colour, limits));
  const made = [...bySlot.blue, ...bySlot.green, ...stackAlarms(naming, limits, has)].map(make);
  return {
    names: perColour((colour) => bySlot[colour].map(({ name }) => name)),
    arns: made.map(({ arn }) => arn),
    all: made,
  };
}
