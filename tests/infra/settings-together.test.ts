import assert from "node:assert/strict";
import { test } from "node:test";
import { colours } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { parsedPlan } from "../../domain/plan.ts";
import { priorities, settings } from "../../infra/balancer.ts";
import { reportMs } from "../../rollout/guardian/publish.ts";
import { readConfig } from "../../sidecar/config.ts";
import { Protection } from "../../sidecar/drain/protection.ts";
import { graceMs } from "../../sidecar/drain/streams.ts";
import { leastEnvironment } from "../sidecar/kit.ts";
import { evaluate } from "./program.ts";

const plan = parsedPlan.parse({});
/** A sidecar that is told no more than it must be. */
const sidecar = readConfig(leastEnvironment).settings;

interface Container {
  readonly name: string;
  readonly stopTimeout: number;
}

test("a stream without a word is kept alive three times before the balancer would cut it", () => {
  assert.ok(settings.idleTimeout * 1_000 >= 3 * sidecar.heartbeatMs, `${settings.idleTimeout} s`);
});

test("pins come before sessions, those before probes, and all of them before the weighted rule", () => {
  const of = (kind: "pin" | "session" | "probe") => colours.map((colour) => priorities[kind][colour]);
  const inOrder = [...of("pin"), ...of("session"), ...of("probe"), priorities.weighted];
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(inOrder).size, inOrder.length, "no two rules have one priority");
});

test("a balancer for the inside has an inner address in private subnets, one for the world has neither", async () => {
  const [inside, outside] = await Promise.all(
    [false, true].map(async (internetFacing) => {
      const made = await evaluate({ access: { internetFacing } });
      const { inputs } = made.one("aws:lb/loadBalancer:LoadBalancer");
      const { idleTimeout, internal, subnets } = inputs;
      const containers = colours.flatMap((colour) => {
        const text = made.one("aws:ecs/taskDefinition:TaskDefinition", colour).inputs["containerDefinitions"];
        return JSON.parse(String(text)) as Container[];
      });
      return { idleTimeout, internal, subnets: JSON.stringify(subnets), containers };
    }),
  );
  assert.deepEqual([inside?.internal, outside?.internal], [true, false]);
  assert.notEqual(inside?.subnets, outside?.subnets);
  assert.equal(inside?.idleTimeout, settings.idleTimeout);
  for (const { name, stopTimeout } of inside?.containers ?? [])
    if (name === "sidecar")
      assert.ok(
        stopTimeout * 1_000 >= sidecar.stopMs + graceMs,
        `it takes ${sidecar.stopMs} ms and the grace, and is killed after ${stopTimeout} s`,
      );
});

test("a slot stays warm for as long as a session may stay on it, and a rollback's eviction ends within its drain", () => {
  assert.ok(plan.warmTime >= plan.drainDeadline);
  assert.ok(limits.evictMs <= plan.drainDeadline);
});

test("a lease outlives two renewals that failed, and leaves a rule change its margin", () => {
  assert.ok(limits.leaseMs >= 3 * limits.leaseRenewMs + limits.leaseMarginMs);
  assert.ok(limits.modifyTimeoutMs + limits.leaseMarginMs + limits.fenceFreshMs < limits.leaseMs);
  assert.ok(limits.settleTimeoutMs + limits.lateEffectMs < limits.leaseMs);
});

test("the guardian's looks and tries end well within the minute after which the next begins", () => {
  assert.ok(limits.guardianProofMs < limits.guardianWaitMs);
  assert.ok(limits.guardianWaitMs < reportMs);
  assert.ok(
    limits.telemetryLateMs >= 2 * reportMs,
    "a report is late only after the next one should be there",
  );
});

test("scale-in protection is renewed at least twice before it ends", async (t) => {
  const asked: { at: number; minutes: number }[] = [];
  let now = 0;
  t.mock.method(globalThis, "fetch", async (_: string, { body }: { body: string }) => {
    const { ExpiresInMinutes } = JSON.parse(body) as { ExpiresInMinutes: number };
    asked.push({ at: now, minutes: ExpiresInMinutes });
    return new Response("{}");
  });
  const protection = new Protection({ agentUri: "http://agent", now: () => now, log: () => undefined });
  // It is looked after every few seconds.
  for (; now < 3_600_000; now += 5_000) await protection.update(true);
  assert.ok(asked.length > 2, `it was asked for ${asked.length} times in an hour`);
  for (const [n, { at, minutes }] of asked.slice(0, -1).entries())
    assert.ok((asked[n + 1]?.at ?? 0) - at <= (minutes * 60_000) / 2, `renewed after ${asked[n + 1]?.at} ms`);
});
