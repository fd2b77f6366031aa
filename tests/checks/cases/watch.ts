import type { CheckContext } from "../../../checks/core/check.ts";
import { inputsFor } from "../fixtures/inputs.ts";
import { metering, type Values } from "../fixtures/metering.ts";
import { asking, type Cases, logging, tear, tornWords } from "./case.ts";

/** The hour since the promotion of green, minute by minute. */
const minutes = (values: Values) => metering({ slot: "green", periodSeconds: 60, values });
const metrics = (values: Values) => asking(minutes(values));
/** A percentile is of the hour as a whole. */
const hour = (values: Values) => asking(metering({ slot: "green", periodSeconds: 3_600, values }));
const broken = { in: asking({ metrics: { read: tear } }), why: tornWords };

const named = {
  deployment: inputsFor("http://hub.test", { logGroups: { blue: "hub-blue", green: "hub-green" } }),
};

function stability(lost: number | null, opened: number | null): CheckContext {
  const state = {
    desired: 2,
    running: 2,
    pending: 0,
    taskDefinition: "t",
    rollout: "COMPLETED",
    deployments: 1,
  };
  const services = { state: async () => ({ ...state, lastEvent: null }), taskDefinition: tear };
  return asking({ ...sessions(lost, opened), services });
}

const sessions = (lost: number | null, opened: number | null) =>
  minutes({ "SessionsLost:Sum": lost, "SessionsOpened:Sum": opened });
const noServices = asking({ ...sessions(0, 1), services: { state: tear, taskDefinition: tear } });

/** Analyses that all tell their tokens, five in for one out. */
const spent = (calls: number, input: number): Values => ({
  "AnalysisCalls:Sum": calls,
  "AnalysesWithTokens:Sum": calls,
  "InputTokens:Sum": input,
  "OutputTokens:Sum": input / 5,
});
const costWords = (usd: string, by: string) =>
  new RegExp(`^\\$${usd} a day, by ${by}, at 0\\.3 and 2\\.5 \\$ a million tokens in and out$`);

export const watchCases: Cases = {
  "watch-success-rate": {
    passes: {
      in: metrics({ "Requests:Sum": [400, 600], "ServerFaults:Sum": [2, 0] }),
      why: /^2 of 1000 requests were server faults \(0.2 %\)$/,
    },
    fails: {
      in: metrics({ "Requests:Sum": 1_000, "ServerFaults:Sum": 30 }),
      why: /^30 of 1000 requests were server faults \(3 %\)$/,
    },
    cannotTell: {
      in: metrics({ "Requests:Sum": 50, "ServerFaults:Sum": 0 }),
      why: /^0 of 50 .*: 299 are needed to tell$/,
    },
    broken,
  },
  "watch-latency": {
    passes: {
      in: hour({ "AnalysisLatency:p95": 800, "AnalysisLatency:SampleCount": 100 }),
      why: /^p95 800 ms over 100 analyses$/,
    },
    fails: {
      in: hour({ "AnalysisLatency:p95": [800, 2_100], "AnalysisLatency:SampleCount": [60, 40] }),
      why: /^p95 2100 ms over 100 analyses$/,
    },
    cannotTell: {
      in: hour({ "AnalysisLatency:p95": null, "AnalysisLatency:SampleCount": null }),
      why: /^no time of an analysis in the window$/,
    },
    broken,
  },
  "watch-llm-failures": {
    passes: {
      in: metrics({ "LlmFailures:Sum": 2, "AnalysisCalls:Sum": 100 }),
      why: /^2 of 100 analyses failed by the language model/,
    },
    fails: {
      in: metrics({ "LlmFailures:Sum": 30, "AnalysisCalls:Sum": 100 }),
      why: /^30 of 100 analyses failed by the language model \(30 %\)$/,
    },
    cannotTell: {
      in: metrics({ "LlmFailures:Sum": 3, "AnalysisCalls:Sum": 25 }),
      why: /^3 of 25 .*above the limit, but that many come by chance too often to say so$/,
    },
    broken,
  },
  "watch-log-errors": {
    passes: { in: asking(logging(["served", "served"]), named), why: /^the hub wrote 0 error lines$/ },
    fails: {
      in: asking(logging(["served", "error: lost"]), named),
      why: /^the hub wrote 1 error line, the first: error: lost$/,
    },
    cannotTell: { in: asking(logging([]), named), why: /^the slot logged nothing in the window$/ },
    broken: { in: asking({ logs: { lines: tear, write: tear } }, named), why: tornWords },
  },
  "watch-adoption": {
    passes: {
      in: metrics({ "AnalysisCalls:Sum": 30, "SessionsOpened:Sum": 10, "ToolListChanges:Sum": 8 }),
      why: /^30 analyses, 10 sessions opened, 8 changes of exposed tools$/,
    },
    fails: { never: "nobody using a release says nothing against it" },
    cannotTell: {
      in: metrics({ "AnalysisCalls:Sum": 0, "SessionsOpened:Sum": 3, "ToolListChanges:Sum": 0 }),
      why: /^0 analyses, 3 sessions opened, 0 changes of exposed tools$/,
    },
    broken,
  },
  "watch-llm-cost": {
    passes: { in: metrics(spent(100, 60_000)), why: costWords("1\\.15", "72000 tokens of 100 analyses") },
    fails: {
      in: metrics(spent(100_000, 60_000_000)),
      why: costWords("1152\\.00", "72000000 tokens of 100000 analyses"),
    },
    cannotTell: {
      in: metrics({
        "AnalysisCalls:Sum": null,
        "AnalysesWithTokens:Sum": null,
        "InputTokens:Sum": null,
        "OutputTokens:Sum": null,
      }),
      why: /^no analyses in the window$/,
    },
    broken,
  },
  "watch-stability": {
    passes: {
      in: stability(0, 40),
      why: /^no session lost, 40 opened, 2 of 2 tasks running$/,
    },
    fails: {
      in: stability(3, 40),
      why: /^3 sessions lost, 40 opened, 2 of 2 tasks running$/,
    },
    cannotTell: { in: stability(null, null), why: /^no sessions in the window, 2 of 2 tasks running$/ },
    broken: { in: noServices, why: tornWords },
  },
};
