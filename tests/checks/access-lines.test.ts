import assert from "node:assert/strict";
import { test } from "node:test";
import { toldBy } from "../../checks/logs/access-lines.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { accessLine, openLine } from "./fixtures/access.ts";
import { noon } from "./fixtures/context.ts";

const reading = { slot: "green", tool: "hub__analyze_prompt" } as const;
const told = (text: string) => toldBy({ at: noon, text }, reading);

test("a user's request is told with all that its comparison needs", () => {
  const line = accessLine({ tool: "search", outcome: "server-fault", cause: "HTTP 500", durationMs: 12 });
  const of = told(line);
  assert.equal(of?.kind, "ended");
  if (of?.kind !== "ended") return;
  const { at, outcome, detail, latencyMs, analysis, tool, from } = of.sample;
  assert.deepEqual(
    { at, outcome, detail, latencyMs, analysis, tool, from },
    {
      at: noon,
      outcome: "server-fault",
      detail: "HTTP 500",
      latencyMs: 12,
      analysis: false,
      tool: "search",
      from: "user",
    },
  );
});

test("own probes, other slots, other lines and lines that are cut off tell of no user", () => {
  assert.equal(told(accessLine({ synthetic: true })), null);
  assert.equal(told(accessLine({ slot: "blue" })), null);
  assert.equal(told(accessLine({}).slice(0, -5)), null);
  assert.equal(told('{"type":"error","message":"no","slot":"green"}'), null);
  assert.equal(told("null"), null);
  assert.equal(told(accessLine({ outcome: "invented" })), null);
});

test("of an older sidecar's line no more is taken than whether the answer was good", () => {
  const older = (outcome: string) =>
    told(
      JSON.stringify({
        type: "access",
        slot: "green",
        session: "s",
        method: "tools/call",
        tool: "search",
        outcome,
        durationMs: 5,
        synthetic: false,
      }),
    );
  const outcomeOf = (outcome: string) => {
    const of = older(outcome);
    return of?.kind === "ended" ? of.sample.outcome : "nothing";
  };
  assert.equal(outcomeOf("ok"), "ok");
  assert.equal(outcomeOf("protocol-error"), null);
  assert.equal(outcomeOf("refused"), "nothing");
});

test("a request that waits is told of once, and no longer once it has ended, in whichever order the lines come", () => {
  const samples = new Samples();
  const open = told(openLine([{ request: 7, since: noon - 900 }]));
  const ended = told(accessLine({ request: 7, durationMs: 1_000 }));
  assert.ok(open?.kind === "open" && ended?.kind === "ended");
  samples.waits("green", open.task, noon, open.requests);
  assert.equal(samples.open("green")[0]?.since, noon - 900);
  samples.add(ended.sample, ended.key);
  assert.deepEqual(samples.open("green"), []);
  samples.waits("green", open.task, noon + 1, open.requests);
  assert.deepEqual(samples.open("green"), [], "a line that came late");
});

test("a task's older account does not replace its newer one", () => {
  const samples = new Samples();
  const of = (request: number) => {
    const line = told(openLine([{ request, since: noon }]));
    assert.ok(line?.kind === "open");
    return line;
  };
  const newer = of(2);
  samples.waits("green", newer.task, noon + 2_000, newer.requests);
  samples.waits("green", newer.task, noon + 1_000, of(1).requests);
  assert.equal(samples.open("green").length, 1);
  samples.waits("green", newer.task, noon + 3_000, new Map());
  assert.deepEqual(samples.open("green"), []);
});
