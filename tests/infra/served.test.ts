import assert from "node:assert/strict";
import test from "node:test";
import { openProductionAccount } from "./production-account.ts";

/** What the production example has when its network is made by awsx. */
const network = ["Vpc", "Subnet", "NatGateway", "RouteTableAssociation"];

test("providers that are served as plugins make of the production example what it is previewed to be", async (t) => {
  const account = await openProductionAccount({ served: true });
  t.after(() => account.close());
  const planned = await account.preview({});
  const made = await account.up({});
  const errors = made.result.diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual([made.result.ok, errors], [true, []]);
  assert.deepEqual([...made.steps].sort(), [...planned.steps].sort());
  for (const kind of network)
    assert.match(made.steps.join("\n"), new RegExp(`^create aws:ec2/\\S+:${kind} `, "m"));
  const again = await account.up({});
  assert.deepEqual([again.result.ok, again.steps], [true, []]);
});
