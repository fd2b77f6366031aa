import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseConfig, slotOf } from "../../infra/config.ts";
import { monthlyCostOf } from "../../infra/cost.ts";
import { slotLogGroup } from "../../infra/stack-names.ts";
import { namedBy } from "../../rehearsal/stage/named-by-config.ts";
import { releasedOf } from "../../release/released.ts";
import { openProductionAccount } from "./production-account.ts";
import { production, stackConfig } from "./program.ts";

const name = "Pulumi.minimal.yaml";
const minimal = stackConfig(name);

/** A preview makes a whole stack of this config, with nothing made before but what it names. */
async function previewsWhole(example: ReturnType<typeof stackConfig>): Promise<void> {
  const account = await openProductionAccount({ example });
  try {
    const { result } = await account.preview({});
    assert.equal(result.ok, true, JSON.stringify(result.diagnostics));
    assert.ok(result.changes.create > 90, JSON.stringify(result.changes));
  } finally {
    await account.close();
  }
}

test("the minimal config has 25 lines at most", () => {
  const lines = readFileSync(new URL(`../../${name}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  assert.ok(lines.length <= 25, `${lines.length} lines`);
});

test("the minimal config previews a whole public stack, with nothing made before but the secrets and the zone it names", async () => {
  await previewsWhole(minimal);
});

test("the staging config previews a whole stack beside production's, under names of its own, and costs less", async () => {
  const staging = stackConfig("Pulumi.staging.yaml");
  await previewsWhole(staging);
  const shared = namedBy(staging).secrets.filter((name) => namedBy(production).secrets.includes(name));
  assert.deepEqual(shared, []);
  const [small, large] = [staging, production].map(
    (of) => monthlyCostOf(parseConfig(of), "us-east-1").usd ?? 0,
  );
  assert.ok((small ?? 0) < (large ?? 0), `${small} and ${large}`);
});

test("the staging example serves the release that production's idle colour waits with, and production's record measures that slot", () => {
  const [staging, live] = [parseConfig(stackConfig("Pulumi.staging.yaml")), parseConfig(production)];
  assert.equal(staging.greenWeight, 100);
  assert.equal(releasedOf(slotOf(staging, "green")), releasedOf(slotOf(live, "green")));
  assert.deepEqual(live.release?.staging?.stack, {
    logGroup: slotLogGroup({ project: "hub", stack: "staging" }, "green"),
    slot: "green",
  });
});

test("docs/aws.md makes every secret that the minimal config names, looks for its zone, and says what it costs", () => {
  const steps = readFileSync(new URL("../../docs/aws.md", import.meta.url), "utf8");
  const { secrets, zone } = namedBy(minimal);
  assert.equal(secrets.length, 3);
  for (const secret of secrets) assert.ok(steps.includes(`create-secret --name ${secret} `), secret);
  assert.ok(steps.includes(`list-hosted-zones-by-name --dns-name ${zone}`), String(zone));
  const { usd } = monthlyCostOf(parseConfig(minimal), "us-east-1");
  assert.ok(steps.includes(`$${usd?.toFixed(2)} a month`), `it costs $${usd?.toFixed(2)}`);
});
