import { noEvidenceYet } from "../domain/alarm-evidence.ts";
import { llmPrice, tokensPerAnalysis, usdOfTokens } from "../domain/llm-price.ts";
import type { MetricName } from "../domain/telemetry.ts";

/**
 * The figures that alarms and dashboard share, as CloudWatch's metric math. Numerator and denominator count the same requests,
 * and a sidecar reports them in one line: where one is, the other is.
 */

/** Server faults among all requests, percent: of `faults` and `requests`. */
export const errorRate = "100 * faults / requests";
/** The metric behind each name in `errorRate`. */
export const errorRateMetrics = { faults: "ServerFaults", requests: "Requests" } as const satisfies Parts;
/** The success rate, percent: what the error rate leaves of 100, of the same two metrics. */
export const successRate = `100 - ${errorRate}`;

/** LLM failures among all analyses, percent: of `failed` and `calls`. */
export const llmFailureRate = "100 * failed / calls";
/** The metric behind each name in `llmFailureRate`. */
export const llmFailureRateMetrics = {
  failed: "LlmFailures",
  calls: "AnalysisCalls",
} as const satisfies Parts;

/** Analyses slower than a limit: of `slow`, the percentage of them, and `calls`. */
export const slowCalls = "slow * calls / 100";
/** The statistic that says how many percent of a metric's values are above a limit. */
export const percentAbove = (limit: number): string => `PR(${plain(limit)}:)`;

/**
 * Whether so many bad ones of so many are evidence that the limit is exceeded, as `ringsAbove` has it: what an alarm asks before it believes
 * a share. The two are names of metrics or formulas of them. @param limit a share, 0 to 1
 */
export function isEvidence(limit: number, bad: string, of: string): string {
  const { expected, variance, beyond } = noEvidenceYet(limit);
  return `${bad} > ${plain(expected)} * ${of} + (${plain(variance)} * ${of}) ^ 0.5 + ${plain(beyond)}`;
}

/**
 * What the balancer lost itself, of `failed` and `requests`, where it is more than this percentage of all; else 0. It counts a request
 * only once it has found a target for it, so those that it lost before are added; and SUM, unlike +, wants no value of both.
 */
export const lostByBalancer = (percent: number): string =>
  `IF(100 * failed > ${plain(percent)} * SUM([failed, requests]), failed, 0)`;

/** A number without an exponent, which metric math does not know. */
export const plain = (value: number) => value.toFixed(8).replace(/\.?0+$/, "");

/** The metrics behind each name in `dollarsOf`. */
export const spentMetrics = {
  calls: "AnalysisCalls",
  counted: "AnalysesWithTokens",
  input: "InputTokens",
  output: "OutputTokens",
} as const satisfies Parts;

/** What analyses cost in dollars, as `costUsd` has it: tokens where results tell them, an estimate for the other analyses. */
export function dollarsOf(sum: (id: keyof typeof spentMetrics) => string): string {
  const tokens = `${sum("input")} * ${llmPrice.inputPerMillion} + ${sum("output")} * ${llmPrice.outputPerMillion}`;
  const others = `(${sum("calls")} - ${sum("counted")}) * ${millionAnalysesUsd}`;
  return `(${tokens} + ${others}) / 1000000`;
}

const millionAnalysesUsd = Math.round(
  usdOfTokens(1_000_000 * tokensPerAnalysis.input, 1_000_000 * tokensPerAnalysis.output),
);

type Parts = Readonly<Record<string, MetricName>>;
