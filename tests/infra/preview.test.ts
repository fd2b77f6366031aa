import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";

let account: ProductionAccount;
before(async () => {
  account = await openProductionAccount();
});
after(() => account.close());

test("the production example: a preview from nothing plans the whole stack, and over it with only greenWeight changed one resource", async () => {
  const planned = await account.preview({});
  assert.equal(planned.result.ok, true, JSON.stringify(planned.result.diagnostics));
  assert.ok(planned.result.changes.create > 100, JSON.stringify(planned.result.changes));
  assert.deepEqual(
    planned.steps.filter((step) => !step.startsWith("create ")),
    [],
  );

  const made = await account.up({});
  assert.equal(made.result.ok, true, JSON.stringify(made.result.diagnostics));
  assert.equal(made.result.changes.create, planned.result.changes.create);

  const moved = await account.preview({ greenWeight: 100 });
  assert.equal(moved.result.ok, true, JSON.stringify(moved.result.diagnostics));
  assert.deepEqual(moved.steps, ["update trafficswitch:index:TrafficSwitch switch"]);
});
