import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "../../checks/core/context.ts";
import { hubReady } from "../../checks/smoke/hub-ready.ts";
import { sessionIsolation } from "../../checks/smoke/session-isolation.ts";
import { steadySessions } from "../../checks/sources/probe-options.ts";
import { probeSource } from "../../checks/sources/probes.ts";
import { contextWith, sourcesWith } from "./fixtures/context.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";

test("checks open their own sessions while a bake holds its steady ones at both slots", async () => {
  await using hub = await fixtureHub();
  const { signal } = new AbortController();
  const inputs = inputsFor(hub.url);
  const probes = probeSource({ hub: inputs.hub, now: Date.now, signingKey: null, token: null });
  const context = contextWith({
    hub: inputs.hub,
    slot: null,
    now: Date.now,
    sleep,
    sources: sourcesWith({ probes }),
  });
  try {
    // Users ask enough: the steady sessions ask nothing, and stay.
    await Promise.all(Array.from({ length: 2 * steadySessions }, () => probes.open(null, signal)));
    const reading = await hubReady.read(context);
    assert.equal(reading.verdict, "pass", reading.why);
    const isolation = await sessionIsolation.read(context);
    assert.notEqual(isolation.value, null, isolation.why);
  } finally {
    await probes.close();
  }
});
