import type { MetricDataQuery, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { type Fault, flag, map, number, object, set, text, type Values } from "../fields.ts";
import { kind, type Plain, type Tools } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import { dimensionList, dimensionMap, liveTags, retag, someOf } from "./shared.ts";

type Inputs = Plain<MetricAlarmArgs>;

const metricQuery = object(
  {
    id: text,
    accountId: text,
    expression: text,
    label: text,
    period: number,
    returnData: flag,
    metric: object(
      { metricName: text, namespace: text, period: number, stat: text, unit: text, dimensions: map },
      ["metricName", "period", "stat"],
    ),
  },
  ["id"],
);

const toQueries = (queries: Inputs["metricQueries"]): MetricDataQuery[] | undefined =>
  queries?.map(({ id, accountId, expression, label, period, returnData, metric }) => ({
    Id: id,
    AccountId: accountId,
    Expression: expression,
    Label: label,
    Period: period,
    ReturnData: returnData ?? false,
    MetricStat: metric && {
      Metric: {
        MetricName: metric.metricName,
        Namespace: metric.namespace,
        Dimensions: dimensionList(metric.dimensions),
      },
      Period: metric.period,
      Stat: metric.stat,
      Unit: metric.unit as "Count" | undefined,
    },
  }));

const fromQueries = (queries: MetricDataQuery[] | undefined): Values[] | undefined =>
  someOf(queries)?.map(({ Id, AccountId, Expression, Label, Period, ReturnData, MetricStat }) => ({
    id: Id,
    accountId: AccountId,
    expression: Expression,
    label: Label,
    period: Period,
    returnData: ReturnData,
    metric: MetricStat && {
      metricName: MetricStat.Metric?.MetricName,
      namespace: MetricStat.Metric?.Namespace,
      dimensions: dimensionMap(MetricStat.Metric?.Dimensions),
      period: MetricStat.Period,
      stat: MetricStat.Stat,
      unit: MetricStat.Unit,
    },
  }));

const request = (inputs: Inputs): PutMetricAlarmCommandInput => ({
  AlarmName: inputs.name,
  AlarmDescription: inputs.alarmDescription,
  ComparisonOperator: inputs.comparisonOperator as "GreaterThanThreshold",
  EvaluationPeriods: inputs.evaluationPeriods,
  DatapointsToAlarm: inputs.datapointsToAlarm,
  Threshold: inputs.threshold,
  ThresholdMetricId: inputs.thresholdMetricId,
  TreatMissingData: inputs.treatMissingData,
  EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
  MetricName: inputs.metricName,
  Namespace: inputs.namespace,
  Period: inputs.period,
  Statistic: inputs.statistic as "Sum" | undefined,
  ExtendedStatistic: inputs.extendedStatistic,
  Unit: inputs.unit as "Count" | undefined,
  Dimensions: dimensionList(inputs.dimensions),
  Metrics: toQueries(inputs.metricQueries),
  ActionsEnabled: inputs.actionsEnabled,
  AlarmActions: inputs.alarmActions as string[] | undefined,
  OKActions: inputs.okActions as string[] | undefined,
  InsufficientDataActions: inputs.insufficientDataActions as string[] | undefined,
});

function faults(inputs: Partial<Inputs>): Fault[] {
  const { metricName, metricQueries, datapointsToAlarm, evaluationPeriods, statistic, extendedStatistic } =
    inputs;
  const found: Fault[] = [];
  if ((metricName === undefined) === (metricQueries === undefined))
    found.push({ property: "metricName", reason: "one of metricName and metricQueries is needed, not both" });
  if (metricName !== undefined && (statistic === undefined) === (extendedStatistic === undefined))
    found.push({
      property: "statistic",
      reason: "one of statistic and extendedStatistic is needed, not both",
    });
  if (
    datapointsToAlarm !== undefined &&
    evaluationPeriods !== undefined &&
    datapointsToAlarm > evaluationPeriods
  )
    found.push({
      property: "datapointsToAlarm",
      reason: `is ${datapointsToAlarm}, more than evaluationPeriods ${evaluationPeriods}`,
    });
  return found;
}

async function found(tools: Tools, name: string) {
  const cloudwatch = await tools.aws.cloudwatch();
  return (await cloudwatch.describeAlarms({ AlarmNames: [name], AlarmTypes: ["MetricAlarm"] }))
    .MetricAlarms?.[0];
}

/**
 * An alarm on one metric or on a formula of several, by its name. Exactly one of `metricName` and `metricQueries`, and with a
 * name one of `statistic` and `extendedStatistic`.
 */
export const metricAlarm = kind<MetricAlarmArgs>({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  fields: {
    name: text,
    alarmDescription: text,
    comparisonOperator: text,
    evaluationPeriods: number,
    datapointsToAlarm: number,
    threshold: number,
    thresholdMetricId: text,
    treatMissingData: text,
    evaluateLowSampleCountPercentiles: text,
    metricName: text,
    namespace: text,
    period: number,
    statistic: text,
    extendedStatistic: text,
    unit: text,
    dimensions: map,
    metricQueries: set(metricQuery),
    actionsEnabled: flag,
    alarmActions: set(text),
    okActions: set(text),
    insufficientDataActions: set(text),
    tags: map,
  },
  required: ["comparisonOperator", "evaluationPeriods"],
  forceNew: ["name"],
  defaults: { actionsEnabled: true, treatMissingData: "missing" },
  naming: { property: "name", max: 255 },
  gone: ["ResourceNotFound"],
  faults,
  async create(tools, inputs) {
    const cloudwatch = await tools.aws.cloudwatch();
    await cloudwatch.putMetricAlarm({ ...request(inputs), Tags: tagListOrNone(inputs.tags) });
    return inputs.name ?? "";
  },
  async read(tools, id) {
    const live = await found(tools, id);
    if (live === undefined) return undefined;
    return {
      arn: live.AlarmArn,
      name: live.AlarmName,
      alarmDescription: live.AlarmDescription,
      comparisonOperator: live.ComparisonOperator,
      evaluationPeriods: live.EvaluationPeriods,
      datapointsToAlarm: live.DatapointsToAlarm,
      threshold: live.Threshold,
      thresholdMetricId: live.ThresholdMetricId,
      treatMissingData: live.TreatMissingData ?? "missing",
      evaluateLowSampleCountPercentiles: live.EvaluateLowSampleCountPercentile,
      metricName: live.MetricName,
      namespace: live.Namespace,
      period: live.Period,
      statistic: live.Statistic,
      extendedStatistic: live.ExtendedStatistic,
      unit: live.Unit,
      dimensions: dimensionMap(live.Dimensions),
      metricQueries: fromQueries(live.Metrics),
      actionsEnabled: live.ActionsEnabled,
      alarmActions: someOf(live.AlarmActions),
      okActions: someOf(live.OKActions),
      insufficientDataActions: someOf(live.InsufficientDataActions),
      tags: await liveTags(tools, live.AlarmArn),
    };
  },
  async update(tools, _id, { inputs }) {
    await (await tools.aws.cloudwatch()).putMetricAlarm(request(inputs));
  },
  retag,
  async remove(tools, id) {
    await (await tools.aws.cloudwatch()).deleteAlarms({ AlarmNames: [id] });
  },
});
