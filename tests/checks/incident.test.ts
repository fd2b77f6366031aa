import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckContext } from "../../checks/core/check.ts";
import { judgeBake } from "../../checks/core/gate.ts";
import { findChecks } from "../../checks/core/registry.ts";
import { conceal } from "../../checks/evidence/conceal.ts";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import type { Sources } from "../../checks/sources/index.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import type { Ports } from "../../rollout/run/ports.ts";
import { quiet, up } from "../rollout/quiet.ts";
import { asking, logging } from "./cases/case.ts";
import { inputsFor } from "./fixtures/inputs.ts";

const token = "a-bearer-token-of-the-hub";
const leak = `Authorization: Bearer ${token} refused for key sk-proj-0123456789abcdef`;

/** A rollout whose candidate cannot answer: what the switch really reports, in its evidence, with the gate's readings. */
async function rolledBack() {
  const there = quiet();
  const { time, ports, play } = there;
  const log = new EvidenceLog({ rollout: "simulated-1", stack: "simulated", now: () => time.now });
  const context = asking(logging([leak]), {
    now: () => time.now,
    sleep: (ms, signal) => time.sleep(ms, signal).catch(() => undefined),
    slot: "green",
    secrets: [token],
    logErrorPatterns: ["refused"],
  });
  const [logErrors] = findChecks(["log-errors"], {});
  const watched: Ports = {
    ...ports,
    report(event) {
      log.append(event.kind, event);
      ports.report(event);
    },
    gate: {
      ...ports.gate,
      async bake() {
        await time.sleep(2_000);
        const found = { ...context, ...withError(leak) };
        const { verdict, why } = await judgeBake({
          context: found,
          checks: [logErrors?.name ?? ""],
          bakeMs: 0,
          onReading: (reading) => log.append("reading", reading),
        });
        return { verdict, why, firstBadAt: time.now - 1_500, decidedAt: time.now };
      },
    },
  };
  const outcome = await play(applyUp(watched, up(100), new AbortController().signal));
  assert.equal(outcome.state, "rolled-back");
  return { log, record: outcome.record };
}

/** The log of green, which holds one line, an error. */
function withError(text: string): Pick<CheckContext, "logs" | "errors"> {
  const look = async () => undefined;
  const log = { look, since: () => ({ lines: 1 }) };
  const errors = { look, since: () => new Map([[text, { count: 1, at: 0, text }]]) };
  return { logs: { blue: null, green: log as never }, errors: { blue: null, green: errors as never } };
}

test("the incident document of a real rollback says what fired with its numbers, when what happened, and what to do", async () => {
  const { log, record } = await rolledBack();
  const files: Record<string, string> = { "simulated-1.jsonl": log.text() };
  const sent: { topic: string; subject: string; text: string }[] = [];
  const team = "arn:aws:sns:us-east-1:123456789012:hub-team";
  const sources: Partial<Sources> = {
    files: {
      read: async (path) => files[path] ?? "",
      write: async (path, text) => void (files[path] = text),
    },
    topics: {
      subscribers: async () => ({ confirmed: 1, pending: [] }),
      publish: async (topic, subject, text) => void sent.push({ topic, subject, text }),
    },
  };
  const last = { ...record.last, evidence: "simulated-1.jsonl", evidenceDigest: log.digest() };
  const context = asking(sources, {
    record: { ...record, last } as CheckContext["record"],
    deployment: inputsFor("http://hub.test", { stack: "simulated", topics: { team } }),
    incident: { file: "incident.md", evidence: null },
  });
  for (const check of findChecks(["rollback-in-time", "incident-document", "team-told"], {})) {
    const reading = await check.read(context);
    assert.equal(reading.verdict, "pass", reading.why);
  }

  const page = files["incident.md"] ?? "";
  const lines = log.lines().map((line) => JSON.parse(line) as { kind: string; at: string });
  const when = (kind: string) => lines.find((line) => line.kind === kind)?.at ?? "never";
  assert.match(page, /^# Incident: rollback of simulated-1\n/);
  for (const row of [
    `| stack | simulated |`,
    `| decided to roll back | ${when("rolling-back")} |`,
    `| first bad answer | ${new Date(Date.parse(when("rolling-back")) - 1_500).toISOString()} |`,
    `| outcome | rolled-back |`,
    `| evidence | simulated-1.jsonl: whole |`,
  ])
    assert.ok(page.includes(row), row);
  assert.match(page, /\n## What fired\n\nlog-errors: the hub wrote 1 error line, the first: /);
  assert.match(page, /\n\| log-errors \| 1 \| <= 0 log lines \| 1 \| the hub wrote 1 error line/);
  for (const kind of ["decided", "shifting", "proved", "baking", "judged", "rolling-back", "ended"])
    assert.ok(page.includes(`\n- ${when(kind)} **${kind}**`), kind);
  assert.match(page, /\*\*shifting\*\* blue 100 · green 0 → blue 95 · green 5\n/);
  assert.match(page, /\*\*proved\*\* blue 95 · green 5: answers \d+ by blue, \d+ by green within/);
  assert.match(page, /\*\*baking\*\* green at 5 %: watched for 10s\n/);
  assert.match(page, /\*\*judged\*\* green at 5 %: fail, log-errors: the hub wrote 1 error line/);
  assert.match(page, /\*\*rolling-back\*\* blue 100 · green 0: log-errors: the hub wrote 1/);
  assert.match(
    page,
    /\n## Next steps\n\n- \[ \] Tell users.*\n- \[ \] Find the cause: .*\n- \[ \] Write the hotfix/,
  );

  assert.deepEqual(
    sent.map(({ topic, subject }) => [topic, subject]),
    [[team, "Rollback on simulated"]],
  );
  const [message] = sent;
  assert.match(
    message?.text ?? "",
    /rolled back at 20\S+ in \d+\.\d s\.\nWhy: .*log-errors: the hub wrote 1/,
  );
  assert.match(
    message?.text ?? "",
    /The incident document is incident\.md\.\nEvidence: simulated-1\.jsonl\.$/,
  );
  assert.equal(verifyEvidence(log.text(), log.digest()).whole, true);

  // Neither what the checks know nor what looks like a secret is repeated anywhere.
  for (const text of [page, message?.text ?? "", log.text()]) {
    assert.ok(!text.includes(token) && !text.includes("sk-proj"), text);
    assert.ok(text.includes("[hidden]"));
  }
});

test("an incident document says when its evidence cannot be trusted", async () => {
  const { log, record } = await rolledBack();
  const changed = log.text().replace("wrote 1 error line", "wrote 0 error lines");
  const files: Record<string, string> = { "simulated-1.jsonl": changed };
  const context = asking(
    {
      files: {
        read: async (path) => files[path] ?? "",
        write: async (path, text) => void (files[path] = text),
      },
    },
    { record, incident: { file: "incident.md", evidence: "simulated-1.jsonl" } },
  );
  const [check] = findChecks(["incident-document"], {});
  assert.equal((await check?.read(context))?.verdict, "pass");
  assert.match(
    files["incident.md"] ?? "",
    /\| evidence \| simulated-1\.jsonl: NOT to be trusted, line \d+ does not/,
  );
});

test("secrets are taken out of texts, and words that only speak of them stay", () => {
  for (const [text, clean] of [
    ["Authorization: Basic aGVsbG86d29ybGQ=", "Authorization: Basic [hidden]"],
    ['{"OPENAI_API_KEY":"abcd1234"}', '{"OPENAI_API_KEY":"[hidden]"}'],
    ["GET /x?access_token=abcd1234&y=1", "GET /x?access_token=[hidden]&y=1"],
    ["postgres://hub:pa55word@db/hub", "postgres://hub:[hidden]@db/hub"],
    ["key AKIAIOSFODNN7EXAMPLE", "key [hidden]"],
    ["first-key and second-key", "[hidden] and [hidden]"],
    ["12 of 60 answers bad, 340 tokens counted", "12 of 60 answers bad, 340 tokens counted"],
    ["secrets missing: hub/TOKEN", "secrets missing: hub/TOKEN"],
  ] as const)
    assert.equal(conceal(text, ["first-key, second-key"]), clean);
});
