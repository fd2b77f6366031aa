import type { LogMetricFilterArgs } from "@pulumi/aws/cloudwatch/logMetricFilter.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, object, text } from "../fields.ts";
import { kind, type Plain, type Tools } from "../kind.ts";

async function put(tools: Tools, inputs: Plain<LogMetricFilterArgs>): Promise<void> {
  const { name, namespace, value, unit, defaultValue, dimensions } = inputs.metricTransformation;
  await (
    await tools.aws.logs()
  ).putMetricFilter({
    filterName: inputs.name,
    logGroupName: inputs.logGroupName,
    filterPattern: inputs.pattern.trim(),
    applyOnTransformedLogs: inputs.applyOnTransformedLogs,
    metricTransformations: [
      {
        metricName: name,
        metricNamespace: namespace,
        metricValue: value,
        unit: unit as "None" | undefined,
        defaultValue: defaultValue === undefined ? undefined : Number(defaultValue),
        dimensions,
      },
    ],
  });
}

/** A metric filter of a log group, by its name. AWS takes dimensions or a default value, not both. */
export const logMetricFilter = kind<LogMetricFilterArgs>({
  type: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
  fields: {
    name: text,
    logGroupName: text,
    pattern: text,
    applyOnTransformedLogs: flag,
    metricTransformation: object(
      { name: text, namespace: text, value: text, unit: text, defaultValue: text, dimensions: map },
      ["name", "namespace", "value"],
    ),
  },
  required: ["logGroupName", "metricTransformation", "pattern"],
  forceNew: ["name", "logGroupName"],
  naming: { property: "name", max: 512 },
  gone: ["ResourceNotFound"],
  faults: ({ metricTransformation: transformation }) =>
    transformation?.dimensions !== undefined && transformation.defaultValue !== undefined
      ? [
          {
            property: "metricTransformation.defaultValue",
            reason: "excludes dimensions: AWS takes one of the two",
          },
        ]
      : [],
  async create(tools, inputs) {
    await put(tools, inputs);
    return inputs.name ?? "";
  },
  async read(tools, id, state) {
    const logs = await tools.aws.logs();
    const logGroupName = String(state.logGroupName);
    const answer = await unlessGone(
      logs.describeMetricFilters({ logGroupName, filterNamePrefix: id }),
      "ResourceNotFound",
    );
    const live = answer?.metricFilters?.find(({ filterName }) => filterName === id);
    const transformation = live?.metricTransformations?.[0];
    if (live === undefined || transformation === undefined) return undefined;
    const { metricName, metricNamespace, metricValue, unit, defaultValue, dimensions } = transformation;
    return {
      name: live.filterName,
      logGroupName: live.logGroupName ?? logGroupName,
      pattern: live.filterPattern,
      metricTransformation: {
        name: metricName,
        namespace: metricNamespace,
        value: metricValue,
        unit,
        defaultValue: defaultValue === undefined ? undefined : String(defaultValue),
        dimensions: dimensions && Object.keys(dimensions).length > 0 ? dimensions : undefined,
      },
    };
  },
  async update(tools, _id, { inputs }) {
    await put(tools, inputs);
  },
  async remove(tools, id, state) {
    const logs = await tools.aws.logs();
    await logs.deleteMetricFilter({ filterName: id, logGroupName: String(state.logGroupName) });
  },
});
