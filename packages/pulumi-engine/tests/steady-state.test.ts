import assert from "node:assert/strict";
import { test } from "node:test";
import { steadyState } from "../src/providers/ecs/steady-state.ts";
import type { Tools } from "../src/providers/kind.ts";

/** Tools in an account whose service never gets done, for a task of it is protected; each look takes a minute. */
function held(timeoutMs?: number): { tools: Tools; minutes: () => number } {
  let now = 0;
  const deployments = [
    { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
    { status: "ACTIVE", rolloutState: "COMPLETED" },
  ];
  const ecs = {
    describeServices: async () => ({ services: [{ serviceName: "blue", deployments, runningCount: 2 }] }),
    listTasks: async () => ({ taskArns: [] }),
  };
  const tools: Partial<Tools> = {
    aws: { ecs: async () => ecs } as unknown as Tools["aws"],
    log: () => undefined,
    now: () => now,
    sleep: async () => void (now += 60_000),
    pollMs: 60_000,
    timeoutMs,
  };
  return { tools: tools as Tools, minutes: () => now / 60_000 };
}

test("a service is waited for for 20 minutes, as the real provider does, or for as long as its customTimeouts say", async () => {
  for (const [timeoutMs, minutes] of [
    [undefined, 20],
    [3_000_000, 50],
  ] as const) {
    const of = held(timeoutMs);
    const waiting = steadyState(of.tools, { cluster: "hub", service: "blue" });
    await assert.rejects(waiting, new RegExp(`no steady state within ${minutes * 60} seconds`));
    assert.equal(of.minutes(), minutes);
  }
});
