import assert from "node:assert/strict";
import { test } from "node:test";
import { latency } from "../../checks/gate/latency.ts";
import type { Open } from "../../checks/logs/sample.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { contextWith, noon } from "./fixtures/context.ts";

const asked = {
  slot: "green",
  method: "tools/call",
  tool: "hub__analyze_prompt",
  analysis: true,
  from: "user",
  session: null,
  sessionAt: null,
  begun: null,
} as const;

test("a step is not failed by slow analyses that came before it, whose quick ones ended there", async () => {
  const samples = new Samples();
  const since = noon - 1_000;
  for (let n = 0; n < 4; n += 1)
    samples.add({ ...asked, at: since + 10 + n, outcome: "ok", latencyMs: 4_000 });
  samples.add({ ...asked, at: since + 100, outcome: "ok", latencyMs: 20 });
  const open: Open = { ...asked, since: since - 5_000 };
  samples.waits("green", "task", noon, new Map([["task 1", open]]));
  const reading = await latency.read(contextWith({ samples, since }));
  assert.equal(reading.samples, 1, reading.why);
  assert.equal(reading.verdict, "inconclusive");
});
