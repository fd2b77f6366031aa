import type { CheckContext } from "../../../checks/core/check.ts";
import { EvidenceLog } from "../../../checks/evidence/evidence-log.ts";
import type { HttpAnswer } from "../../../checks/sources/probe-session.ts";
import type { SwitchRecord } from "../../../domain/record.ts";
import { noon } from "../fixtures/context.ts";
import { inputsFor } from "../fixtures/inputs.ts";
import { asking, type Cases, tear, tornWords } from "./case.ts";

/** Evidence of a rollback that was seen in traffic after so many minutes; null: never. */
function rollbackEvidence(minutes: number | null): EvidenceLog {
  let now = noon - 3_600_000;
  const log = new EvidenceLog({ rollout: "hub-1", stack: "test", now: () => now });
  log.append("shifting", { from: { blue: 100, green: 0 }, to: { blue: 95, green: 5 } });
  log.append("reading", failedReading);
  now += 60_000;
  log.append("rolling-back", { to: { blue: 100, green: 0 }, why: "error-share: 12 of 60 answers bad" });
  now += (minutes ?? 1) * 60_000;
  if (minutes !== null) log.append("proved", { weights: { blue: 100, green: 0 } });
  log.append("ended", { outcome: "rolled-back", why: "error-share: 12 of 60 answers bad" });
  return log;
}

const failedReading = {
  check: "error-share",
  verdict: "fail",
  value: 80,
  operator: ">",
  limit: 99,
  unit: "percent",
  samples: 60,
  minimumSamples: 299,
  window: "since noon",
  source: "own probes",
  query: "answers",
  why: "12 of 60 answers bad (20 %)",
  durationMs: 1,
  at: noon,
};

const incident = { file: "incident.md", evidence: "hub-1.jsonl" };
const deployment = inputsFor("http://hub.test", { topics: { team: "arn:aws:sns:us-east-1:1:team" } });
const files = (text: string) => ({ files: { read: async () => text, write: async () => undefined } });
const unreadable = { files: { read: tear, write: tear } };
const publishing = { topics: { subscribers: tear, publish: async () => undefined } };

const withEvidence = (log: EvidenceLog) =>
  asking({ ...files(log.text()), ...publishing }, { incident, deployment });
const noRollback = new EvidenceLog({ rollout: "hub-1", stack: "test", now: () => noon });
noRollback.append("ended", { outcome: "promoted" });

/** All requests are answered by these slots in turn, ten minutes after the rollback. */
function serving(...slots: (string | null)[]): CheckContext {
  let asked = 0;
  const get = async (): Promise<HttpAnswer> => {
    asked += 1;
    const slot = slots[asked % slots.length] ?? null;
    return { status: 200, contentType: "", text: "", slot, release: null, durationMs: 1 };
  };
  const last = { id: "hub-1", at: new Date(noon - 600_000).toISOString() };
  const record = { live: "blue", last } as SwitchRecord;
  return asking(
    { probes: { get, open: tear, openTogether: tear, close: async () => undefined } },
    { record },
  );
}

export const rollbackCases: Cases = {
  "live-serves-all": {
    passes: { in: serving("blue"), why: /^59 of 59 answers by blue, 600 s after the rollback$/ },
    fails: { in: serving("blue", "green"), why: /^(29|30) of 59 answers by blue, 600 s after the rollback$/ },
    cannotTell: {
      in: serving(null),
      why: /^59 of 59 answers name no slot: without the sidecar nothing tells/,
    },
    broken: {
      in: asking(
        { probes: { get: tear, open: tear, openTogether: tear, close: async () => undefined } },
        { record: { live: "blue", last: null } as SwitchRecord },
      ),
      why: tornWords,
    },
  },
  "rollback-in-time": {
    passes: {
      in: withEvidence(rollbackEvidence(2)),
      why: /^120\.0 s from the decision to the proof in traffic$/,
    },
    fails: {
      in: withEvidence(rollbackEvidence(6)),
      why: /^360\.0 s from the decision to the proof in traffic$/,
    },
    cannotTell: {
      in: asking(files(rollbackEvidence(2).text().replace("12 of 60", "13 of 60")), { incident }),
      why: /^the evidence cannot be trusted: line 3 does not follow line 2: one of the two was changed$/,
    },
    broken: { in: asking(unreadable, { incident }), why: tornWords },
  },
  "incident-document": {
    passes: { in: withEvidence(rollbackEvidence(2)), why: /^written to incident\.md$/ },
    fails: { never: "a document is written, or it cannot be" },
    cannotTell: { in: withEvidence(noRollback), why: /^no evidence of a rollback was found$/ },
    broken: {
      in: asking({ files: { read: async () => rollbackEvidence(2).text(), write: tear } }, { incident }),
      why: tornWords,
    },
  },
  "team-told": {
    passes: { in: withEvidence(rollbackEvidence(2)), why: /^sent to team$/ },
    fails: { never: "the team is told, or cannot be" },
    cannotTell: { in: withEvidence(noRollback), why: /^no evidence of a rollback was found$/ },
    broken: {
      in: asking(
        { ...files(rollbackEvidence(2).text()), topics: { subscribers: tear, publish: tear } },
        { incident, deployment },
      ),
      why: tornWords,
    },
  },
};
