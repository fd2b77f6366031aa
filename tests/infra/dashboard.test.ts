import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "local-aws/cloudwatch";
import { costUsd } from "../../checks/probing/cost.ts";
import { colours } from "../../domain/colour.ts";
import { thresholds } from "../../domain/spec.ts";
import type { MetricName } from "../../domain/telemetry.ts";
import { dashboardBody } from "../../infra/dashboard.ts";

type Line = [string, string, string, string, { id?: string; stat: string }] | [{ expression: string }];
interface Widget {
  readonly properties: { readonly title: string; readonly metrics?: readonly Line[] };
}
const { widgets } = JSON.parse(
  dashboardBody({ region: "us-east-1", namespace: "McpHub/hub/test" }, thresholds.parse({}), []),
) as { widgets: readonly Widget[] };

/** What a chart draws of one minute; null: a hole. */
function drawn(title: string, minute: Readonly<Partial<Record<MetricName, number>>>): number | null {
  const metrics = widgets.find(({ properties }) => properties.title === title)?.properties.metrics ?? [];
  const named = new Map<string, Map<number, number>>();
  for (const line of metrics)
    if (line.length === 5) {
      const value = minute[line[1] as MetricName];
      named.set(line[4].id ?? "", new Map(value === undefined ? [] : [[0, value]]));
    }
  const formula = metrics.find((line) => line.length === 1);
  assert.ok(formula, `${title} has no formula`);
  return evaluate(formula[0].expression, named, [0]).get(0) ?? null;
}

for (const colour of colours)
  test(`${colour}: rates are drawn of the requests that they are about, and a minute without any is a hole`, () => {
    const minute = { Requests: 200, ServerFaults: 3, Successes: 90, LlmFailures: 5, AnalysisCalls: 40 };
    assert.equal(drawn(`Success rate: ${colour}`, minute), 98.5);
    assert.equal(drawn(`Error rate: ${colour}`, minute), 1.5);
    assert.equal(drawn(`LLM failure rate: ${colour}`, minute), 12.5);
    const idle = { Requests: 0, ServerFaults: 0, LlmFailures: 0, AnalysisCalls: 0 };
    for (const rate of ["Success rate", "Error rate", "LLM failure rate"])
      assert.deepEqual(
        [drawn(`${rate}: ${colour}`, idle), drawn(`${rate}: ${colour}`, {})],
        [null, null],
        rate,
      );
  });

test("the cost that is drawn is the one that the watch reckons", () => {
  for (const of of [
    { calls: 1_000, counted: 400, input: 1_000_000, output: 200_000 },
    { calls: 7, counted: 0, input: 0, output: 0 },
    { calls: 0, counted: 0, input: 0, output: 0 },
  ]) {
    const minute = {
      AnalysisCalls: of.calls,
      AnalysesWithTokens: of.counted,
      InputTokens: of.input,
      OutputTokens: of.output,
    };
    const usd = drawn("LLM API costs, $ an hour: green", minute);
    assert.ok(Math.abs((usd ?? Number.NaN) - costUsd(of).usd) < 1e-9, `${usd} is not ${costUsd(of).usd}`);
  }
});

test("outcomes that no rate is made of are counted beside each other", () => {
  const lines = widgets.find(({ properties }) => properties.title === "Other outcomes: blue")?.properties
    .metrics;
  assert.deepEqual(
    lines?.map((line) => (line.length === 5 ? [line[1], line[3], line[4].stat] : line)),
    ["ToolErrors", "ClientFaults", "Withdrawn", "Drained", "Refused"].map((name) => [name, "blue", "Sum"]),
  );
});
