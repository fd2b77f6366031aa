import assert from "node:assert/strict";
import test from "node:test";
import { renderHtml } from "../../rehearsal/html.ts";
import { held, type ScenarioResult } from "../../rehearsal/scenarios/result.ts";

const result: ScenarioResult = {
  name: "cutover",
  promise: "Green goes live, and no client notices.",
  asPromised: false,
  outcome: "rolled-back",
  requests: { sent: 2_000, ok: 1_998, lost: 2, hurt: 0 },
  sessions: { opened: 50, broken: 0 },
  timings: { totalMs: 12_340, faultToVerdictMs: null, verdictToTrafficMs: null },
  steps: [{ weight: 5, observed: 4.8, drawn: 4.8, samples: 1_200, verdict: "pass", why: "" }],
  held: [held("no request is lost", false, '2 of 2000 lost; first: <script>alert("x")</script>')],
  observedIn: "responses",
};

test("the report shows every figure and what broke, and runs nothing that a hub said", () => {
  const page = renderHtml(7, [result, { ...result, name: "rollback", asPromised: true, steps: [] }]);
  for (const text of [
    "1 of 2 promises kept",
    "Seed 7",
    "2000 requests, 2 lost, 0 hurt",
    "12.3 s",
    "rolled back",
  ])
    assert.ok(page.includes(text), text);
  assert.ok(page.includes("5 % set, 4.8 % of 1200 seen, pass"));
  assert.ok(page.includes("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"));
  assert.ok(!page.includes("<script"));
});

test("the report is one file that opens offline", () => {
  assert.doesNotMatch(renderHtml(1, [result]), /(src|href)=|url\(|@import|https?:/);
});
