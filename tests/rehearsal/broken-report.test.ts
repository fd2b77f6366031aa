import assert from "node:assert/strict";
import test from "node:test";
import { describeAll, describeScenario } from "../../rehearsal/report.ts";
import { type ScenarioResult, held } from "../../rehearsal/scenarios/result.ts";

const well: ScenarioResult = {
  name: "cutover",
  promise: "Green goes live, and no client notices.",
  asPromised: true,
  outcome: "promoted",
  requests: { sent: 2_000, ok: 2_000, lost: 0, hurt: 0 },
  sessions: { opened: 50, broken: 0 },
  timings: { totalMs: 12_340, faultToVerdictMs: null, verdictToTrafficMs: null },
  steps: [],
  held: [held("green is live", true, "live is green"), held("no request is lost", true, "0 of 2000 lost")],
  observedIn: "responses",
};
const broken: ScenarioResult = {
  ...well,
  name: "rollback",
  promise: "All traffic goes home.",
  asPromised: false,
  outcome: "held",
  requests: { sent: 2_000, ok: 1_997, lost: 3, hurt: 4 },
  sessions: { opened: 50, broken: 2 },
  held: [held("blue is live", true, "live is blue"), held("no request is lost", false, "3 of 2000 lost")],
};

test("the last lines count the promises that were kept, and name each that was not", () => {
  assert.deepEqual(describeAll([well, broken, well], false).split("\n"), [
    "",
    "2 of 3 promises kept",
    "  kept   cutover (promoted): Green goes live, and no client notices.",
    "  BROKEN rollback (held): All traffic goes home.",
    "  kept   cutover (promoted): Green goes live, and no client notices.",
  ]);
  assert.match(describeAll([broken], false), /^\n0 of 1 promises kept\n/);
  assert.match(describeAll([well], false), /^\n1 of 1 promises kept\n/);
});

test("a scenario's lines tell each promise apart, with the figure seen and what became of requests and sessions", () => {
  assert.deepEqual(describeScenario(broken, false).split("\n"), [
    "rollback: All traffic goes home.",
    "  kept   blue is live: live is blue",
    "  BROKEN no request is lost: 3 of 2000 lost",
    "  2000 requests, 3 lost, 4 hurt; 50 sessions, 2 broken; 12.3 s",
  ]);
});

test("kept is green and broken is red, on a terminal alone", () => {
  const [, kept = "", lost = ""] = describeScenario(broken, true).split("\n");
  assert.ok(kept.startsWith("  \u001b[32mkept  \u001b[0m "), kept);
  assert.ok(lost.startsWith("  \u001b[31mBROKEN\u001b[0m "), lost);
  assert.ok(describeAll([broken], true).includes("\u001b[31mBROKEN"));
  assert.ok(!describeAll([well, broken], false).includes("\u001b"));
});

test("the printed end has every scenario's figures below each other, in 100 columns, and none where there are none", () => {
  const figures = {
    requests: { all: 12_345, hurt: 67 },
    sessions: { all: 138, hurt: 9 },
    lost: 3,
    broken: 2,
    detectMs: 1_517,
    homeMs: 345,
    falseAlarms: null,
  };
  const named = { ...broken, name: "same-hub-optional-lists", figures };
  const good = { ...well, figures: { ...figures, detectMs: null, homeMs: null, falseAlarms: 0 } };
  const lines = describeAll([named, good, well], false).split("\n");
  const rows = lines.slice(-3).map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(rows, [
    ["requests", "hurt", "sessions", "hurt", "detected", "home", "lost", "broken", "false"],
    ["same-hub-optional-lists", "12,345", "67", "138", "9", "1.5 s", "345 ms", "3", "2", "—"],
    ["cutover", "12,345", "67", "138", "9", "—", "—", "3", "2", "0"],
  ]);
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  );
  assert.match(
    describeScenario(named, false).replaceAll(/\s+/g, " "),
    /requests hurt 67 \(0\.54 %\); sessions hurt 9 \(6\.5 %\); time to detect 1\.5 s; traffic home 345 ms; false alarms —$/,
  );
});
