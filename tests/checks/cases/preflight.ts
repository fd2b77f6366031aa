import type { CheckContext } from "../../../checks/core/check.ts";
import { EvidenceLog } from "../../../checks/evidence/evidence-log.ts";
import type { TaskDefinitionFacts } from "../../../checks/sources/services.ts";
import type { Subscribers } from "../../../checks/sources/topics.ts";
import type { ReleaseRecord } from "../../../domain/release-record.ts";
import { contextWith, noon } from "../fixtures/context.ts";
import { inputsFor } from "../fixtures/inputs.ts";
import { metering, type Values } from "../fixtures/metering.ts";
import { answered, asking, type Cases, logging, tear, torn, tornBook, tornWords } from "./case.ts";

const stated = (release: ReleaseRecord) => contextWith({ release });
const unstated = contextWith({ release: {} });
const noRecord = (part: string) =>
  new RegExp(`^the record has no release\\.${part}: put it under .release. in the`);
const notAMoment = /^could not be carried out: the record says "soon" where a moment belongs$/;

const hoursAgo = (hours: number) => new Date(noon - hours * 3_600_000).toISOString();
const signed = (at: string) => ({ by: "Ada", at });

const relay = {
  open: async () => ({ url: "http://relay.test", [Symbol.asyncDispose]: async () => undefined }),
};
const command = (code: number | null, line: string) => ({
  relay,
  commands: { run: async () => ({ code, tail: [line] }), close: async () => undefined },
});
const stuckCommand = { relay, commands: { run: tear, close: async () => undefined } };
const integration = { commands: { integration: ["bun", "test"] } };
const bugs = { commands: { bugs: ["gh", "issue", "list"] } };

const staging = { since: hoursAgo(30), stack: { logGroup: "staging", slot: "green" as const } };
const stagingLines = (last: string) =>
  logging([...Array.from({ length: 119 }, () => "served"), last], 900_000);

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:api-AbCdEf";
const secretFrom = { name: "API_KEY", from: `${secret}:key::` };

function task(over: Partial<TaskDefinitionFacts>, value?: string): CheckContext {
  const facts = {
    status: "ACTIVE",
    images: ["hub@sha256:1"],
    environment: ["HUB_CONFIG"],
    secrets: [secretFrom],
  };
  return asking({
    services: { state: tear, taskDefinition: async () => ({ ...facts, ...over }) },
    secrets: { value: value === undefined ? tear : async () => value },
  });
}
const noTask = asking({ services: { state: tear, taskDefinition: tear } });

const withAlarms = { deployment: inputsFor("http://hub.test", { alarms: { blue: ["b"], green: ["g"] } }) };
function alarms(actions: string[]): CheckContext {
  const found = ["b", "g"].map(
    (name) => ({ name, state: "OK", reason: "", actionsEnabled: true, actions }) as const,
  );
  return asking({ alarms: { states: async () => [...found] } }, withAlarms);
}

const topics = {
  deployment: inputsFor("http://hub.test", { topics: { onCall: "arn:calls", team: "arn:team" } }),
};
const oneTopic = { deployment: inputsFor("http://hub.test", { topics: { team: "arn:team" } }) };
const subscribers = (found: Subscribers) => ({ topics: { subscribers: async () => found, publish: tear } });

/** Evidence of a rehearsal of the green release that ended as told, and a record that names it. */
function rehearsed(outcome: string, release = "94ee94ee94ee"): CheckContext {
  const log = new EvidenceLog({ rollout: "rehearsal-1", stack: "rehearsal", now: () => noon });
  log.append("asked", { greenWeight: 100, releases: { blue: "b10eb10eb10e", green: release } });
  log.append("ended", { outcome });
  const rehearsal = { release, evidenceDigest: log.digest(), evidence: "rehearsal.jsonl" };
  return asking({ files: { read: async () => log.text(), write: tear } }, { release: { rehearsal } });
}
const rehearsal = { release: "94ee94ee94ee", evidenceDigest: "0".repeat(64), evidence: "rehearsal.jsonl" };

const link = { release: { documentation: "https://docs.test/hub" } };
const page = (status: number) => asking({ web: { status: async () => status } }, link);

/** The hour before the rollout of blue, which is live: minute by minute, and its p95 of the whole. */
function liveHour(p95: number | null, counted: Values = hour): CheckContext {
  const time = { "AnalysisLatency:p95": p95, "AnalysisLatency:SampleCount": p95 === null ? null : 400 };
  return asking(
    metering(
      { slot: "blue", periodSeconds: 60, values: counted },
      { slot: "blue", periodSeconds: 3_600, values: time },
    ),
  );
}
const hour: Values = {
  "Requests:Sum": 1_000,
  "ServerFaults:Sum": 2,
  "AnalysisCalls:Sum": 400,
  "LlmFailures:Sum": 4,
};
const silence: Values = {
  "Requests:Sum": null,
  "ServerFaults:Sum": null,
  "AnalysisCalls:Sum": null,
  "LlmFailures:Sum": null,
};

export const preflightCases: Cases = {
  "staging-clean": {
    passes: {
      in: asking(stagingLines("served"), { release: { staging } }),
      why: /^30\.0 hours in staging since .*: 120 log lines in 30 of 30 hours, no errors$/,
    },
    fails: {
      in: asking(stagingLines("error: no memory"), { release: { staging } }),
      why: /^30\.0 hours .*: 1 error lines, the first: error: no memory$/,
    },
    cannotTell: {
      in: stated({ staging: { since: hoursAgo(30) } }),
      why: /but nobody signed for it and no staging log is named to measure it$/,
    },
    broken: { in: asking({ logs: { lines: tear, write: tear } }, { release: { staging } }), why: tornWords },
  },
  "integration-tests": {
    passes: {
      in: asking(command(0, "12 passed"), integration),
      why: /^exit code 0, its last line: 12 passed$/,
    },
    fails: { in: asking(command(1, "1 failed"), integration), why: /^exit code 1, its last line: 1 failed$/ },
    cannotTell: {
      in: asking(command(3, "no hub"), integration),
      why: /^exit code 3, its last line: no hub$/,
    },
    broken: { in: asking(stuckCommand, integration), why: tornWords },
  },
  "performance-benchmark": {
    passes: {
      in: contextWith({ samples: answered({ green: { count: 100 } }) }),
      why: /^p50 50 ms, p95 50 ms, p99 50 ms$/,
    },
    fails: {
      in: contextWith({ samples: answered({ green: { count: 100, slow: 10 } }) }),
      why: /^p50 50 ms, p95 2500 ms, p99 2500 ms$/,
    },
    cannotTell: {
      in: contextWith({ samples: answered({ green: { count: 120, bad: 30 } }) }),
      why: /^90 of 100 analyses so far, 30 answered badly; mostly: HTTP 500$/,
    },
    broken: { in: contextWith({ samples: tornBook }), why: tornWords },
  },
  "metrics-in-range": {
    passes: {
      in: liveHour(800),
      why: /^2 of 1000 requests were server faults \(0.2 %\); 4 of 400 analyses failed by the language model \(1 %\); p95 800 ms over 400 analyses$/,
    },
    fails: { in: liveHour(2_400), why: /^2 of 1000 requests .*; p95 2400 ms over 400 analyses$/ },
    cannotTell: {
      in: liveHour(null, silence),
      why: /^no requests in the window; no analyses in the window; no time of an analysis in the window$/,
    },
    broken: { in: asking({ metrics: { read: tear } }), why: tornWords },
  },
  "no-critical-bugs": {
    passes: { in: asking(command(0, "none open"), bugs), why: /^exit code 0: none open$/ },
    fails: {
      in: stated({ bugs: { openCritical: 2, at: hoursAgo(1) } }),
      why: /^2 open critical bugs, stated 1\.0 h ago$/,
    },
    cannotTell: {
      in: stated({ bugs: { openCritical: 0, at: hoursAgo(30) } }),
      why: /^0 open critical bugs, stated 30\.0 h ago: count again, a day is the longest it stands$/,
    },
    broken: { in: asking(stuckCommand, bugs), why: tornWords },
  },
  "secrets-present": {
    passes: { in: task({}, "s3cr3t-value"), why: /^1 secrets hold values$/ },
    fails: { in: task({}, "CHANGE_ME"), why: /^API_KEY is a placeholder$/ },
    cannotTell: { in: task({ secrets: [] }), why: /^the candidate's containers get no secrets$/ },
    broken: { in: task({}), why: tornWords },
  },
  "alarms-wired": {
    passes: { in: alarms(["arn:topic"]), why: /^2 alarms exist, notify somebody and are silent$/ },
    fails: { in: alarms([]), why: /^b notifies nobody; g notifies nobody$/ },
    cannotTell: { in: asking({ alarms: { states: async () => [] } }), why: /^the stack names no alarms$/ },
    broken: { in: asking({ alarms: { states: tear } }, withAlarms), why: tornWords },
  },
  "subscribers-confirmed": {
    passes: {
      in: asking(subscribers({ confirmed: 2, pending: [] }), topics),
      why: /^confirmed subscribers: on-call 2, team 2$/,
    },
    fails: {
      in: asking(subscribers({ confirmed: 1, pending: ["email:ada@test"] }), topics),
      why: /^on-call: not confirmed yet by email:ada@test; team: not confirmed yet by email:ada@test$/,
    },
    cannotTell: {
      in: asking(subscribers({ confirmed: 1, pending: [] }), oneTopic),
      why: /^the stack has no topic for on-call$/,
    },
    broken: { in: asking({ topics: { subscribers: tear, publish: tear } }, topics), why: tornWords },
  },
  "rollback-rehearsed": {
    passes: { in: rehearsed("rolled-back"), why: /^2 lines of rollout rehearsal-1: .*; it was rolled back$/ },
    fails: {
      in: rehearsed("rolled-back", "0fde0fde0fde"),
      why: /^release 0fde0fde0fde was rehearsed, not 94ee94ee94ee$/,
    },
    cannotTell: { in: unstated, why: noRecord("rehearsal") },
    broken: {
      in: asking({ files: { read: tear, write: tear } }, { release: { rehearsal } }),
      why: tornWords,
    },
  },
  "documentation-published": {
    passes: { in: page(200), why: /^https:\/\/docs\.test\/hub answers 200$/ },
    fails: { in: page(404), why: /^https:\/\/docs\.test\/hub answers 404$/ },
    cannotTell: { in: unstated, why: noRecord("documentation") },
    broken: { in: asking({ web: { status: tear } }, link), why: tornWords },
  },
  "team-notified": {
    passes: { in: stated({ teamNotified: signed(hoursAgo(2)) }), why: /^told by Ada at 2026-03-02T10:00:00/ },
    fails: {
      in: stated({ teamNotified: signed(hoursAgo(-2)) }),
      why: /^told by Ada is dated .*, in the future$/,
    },
    cannotTell: { in: unstated, why: noRecord("teamNotified") },
    broken: { in: stated({ teamNotified: signed("soon") }), why: notAMoment },
  },
  "on-call-assigned": {
    passes: {
      in: stated({ onCall: { name: "Ada", from: hoursAgo(1), until: hoursAgo(-8) } }),
      why: /^Ada, from .* until [^:]*:[^:]*:[^:]*Z$/,
    },
    fails: {
      in: stated({ onCall: { name: "Ada", from: hoursAgo(9), until: hoursAgo(1) } }),
      why: /^Ada, from .* until .*: not now$/,
    },
    cannotTell: { in: unstated, why: noRecord("onCall") },
    broken: { in: stated({ onCall: { name: "Ada", from: "soon", until: hoursAgo(1) } }), why: notAMoment },
  },
  "stakeholder-approval": {
    passes: { in: stated({ approval: signed(hoursAgo(2)) }), why: /^approved by Ada at 2026-03-02T10:00:00/ },
    fails: {
      in: stated({ approval: signed(hoursAgo(-2)) }),
      why: /^approved by Ada is dated .*, in the future$/,
    },
    cannotTell: { in: unstated, why: noRecord("approval") },
    broken: { in: stated({ approval: signed("soon") }), why: notAMoment },
  },
  "backup-kept": {
    passes: { in: task({}), why: /hub-blue:1 is ACTIVE with 1 pinned images and its config$/ },
    fails: { in: task({ status: "INACTIVE" }), why: /hub-blue:1 is INACTIVE and starts no task$/ },
    cannotTell: {
      in: task({ images: ["hub:latest"] }),
      why: /hub:latest is a tag that may point elsewhere by then/,
    },
    broken: { in: noTask, why: new RegExp(`^could not be carried out: ${torn}$`) },
  },
};
