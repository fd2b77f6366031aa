import type { CheckContext } from "../../../checks/check.ts";
import { inputsFor } from "../fixtures/inputs.ts";
import { asking, type Cases, logging, metering, tear, tornWords } from "./case.ts";

const metrics = (values: Readonly<Record<string, number>>) => asking(metering(values));
const broken = { in: asking({ metrics: { read: tear } }), why: tornWords };

const named = {
  deployment: inputsFor("http://hub.test", { logGroups: { blue: "hub-blue", green: "hub-green" } }),
};

function stability(values: Readonly<Record<string, number>>): CheckContext {
  const state = {
    desired: 2,
    running: 2,
    pending: 0,
    taskDefinition: "t",
    rollout: "COMPLETED",
    deployments: 1,
  };
  const services = { state: async () => ({ ...state, lastEvent: null }), taskDefinition: tear };
  return asking({ ...metering(values), services });
}

const noServices = asking({ ...metering({}), services: { state: tear, taskDefinition: tear } });

export const watchCases: Cases = {
  "watch-success-rate": {
    passes: {
      in: metrics({ Requests: 1_000, Successes: 998 }),
      why: /^2 of 1000 requests not answered well \(0.2 %\)$/,
    },
    fails: {
      in: metrics({ Requests: 1_000, Successes: 970 }),
      why: /^30 of 1000 requests not answered well \(3 %\)$/,
    },
    cannotTell: { in: metrics({ Requests: 50, Successes: 50 }), why: /^0 of 50 .*: 299 are needed to tell$/ },
    broken,
  },
  "watch-latency": {
    passes: {
      in: metrics({ "AnalysisLatency:p95": 800, "AnalysisLatency:SampleCount": 100 }),
      why: /^worst p95 800 ms over 100 analyses$/,
    },
    fails: {
      in: metrics({ "AnalysisLatency:p95": 2_100, "AnalysisLatency:SampleCount": 100 }),
      why: /^worst p95 2100 ms over 100 analyses$/,
    },
    cannotTell: { in: metrics({}), why: /^no analyses in the window$/ },
    broken,
  },
  "watch-llm-failures": {
    passes: {
      in: metrics({ LlmFailures: 2, AnalysisCalls: 100 }),
      why: /^2 of 100 analyses failed by the language model/,
    },
    fails: {
      in: metrics({ LlmFailures: 30, AnalysisCalls: 100 }),
      why: /^30 of 100 analyses failed by the language model \(30 %\)$/,
    },
    cannotTell: {
      in: metrics({ LlmFailures: 3, AnalysisCalls: 25 }),
      why: /^3 of 25 .*above the limit, but that many come by chance too often to say so$/,
    },
    broken,
  },
  "watch-log-errors": {
    passes: { in: asking(logging(["served", "served"]), named), why: /^0 of 2 lines are errors$/ },
    fails: {
      in: asking(logging(["served", "error: lost"]), named),
      why: /^1 of 2 lines are errors, the first: error: lost$/,
    },
    cannotTell: { in: asking(logging([]), named), why: /^the slot logged nothing in the window$/ },
    broken: { in: asking({ logs: { lines: tear, write: tear } }, named), why: tornWords },
  },
  "watch-adoption": {
    passes: {
      in: metrics({ AnalysisCalls: 30, SessionsOpened: 10, ToolListChanges: 8 }),
      why: /^30 analyses in 10 sessions, 3\.00 a session, 8 changes of exposed tools$/,
    },
    fails: { never: "nobody using a release says nothing against it" },
    cannotTell: { in: metrics({ SessionsOpened: 3 }), why: /^0 analyses in 3 sessions, 0\.00 a session/ },
    broken,
  },
  "watch-llm-cost": {
    passes: {
      in: metrics({ InputTokens: 60_000, OutputTokens: 12_000, AnalysisCalls: 100 }),
      why: /^\$1\.\d\d a day, by 72000 tokens counted at 0\.3 and 2\.5 \$ a million tokens in and out$/,
    },
    fails: {
      in: metrics({ InputTokens: 60_000_000, OutputTokens: 12_000_000, AnalysisCalls: 100_000 }),
      why: /^\$1\d{3}\.\d\d a day, by 72000000 tokens counted/,
    },
    cannotTell: { in: metrics({}), why: /^no tokens and no analyses in the window$/ },
    broken,
  },
  "watch-stability": {
    passes: {
      in: stability({ SessionsLost: 0, SessionsOpened: 40 }),
      why: /^no session lost of 40 opened, 2 of 2 tasks running$/,
    },
    fails: {
      in: stability({ SessionsLost: 3, SessionsOpened: 40 }),
      why: /^3 sessions lost of 40 opened, 2 of 2 tasks running$/,
    },
    cannotTell: { in: stability({}), why: /^no sessions in the window, 2 of 2 tasks running$/ },
    broken: { in: noServices, why: tornWords },
  },
};
