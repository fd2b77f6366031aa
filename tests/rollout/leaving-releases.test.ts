import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Account } from "local-aws/testing";
import { type PropertyMap, UNKNOWN } from "pulumi-engine";
import { type Program, Stack } from "pulumi-engine/testing";
import type { SwitchRecord } from "../../domain/record.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { leavingType } from "../../rollout/plugin/leaving-releases.ts";
import { makeStore } from "../../rollout/record/store.ts";
import { flagReader } from "../../sidecar/drain/flag.ts";
import { a, b, c, record } from "./situation.ts";

const table = "hub-simulated-switch";
const drainDeadline = 600_000;
const inputs = {
  region: "us-east-1",
  table,
  stack: "simulated",
  releases: { blue: a, green: b },
  drainDeadline,
};
const another = { ...inputs, releases: { blue: c, green: b } };

const telling =
  (given: object): Program =>
  (register) =>
    register({ name: "leaving", type: leavingType, inputs: given as PropertyMap });

/** An account in which blue is live, by its record; null: with a table and no record. */
async function deployed(first: SwitchRecord | null = record()) {
  const account = await Account.open();
  await account.makeTable(table);
  const store = makeStore(account.dynamodb, table, inputs.stack);
  if (first) await store.write(first, null);
  const plugins = { trafficswitch: join(repository, "rollout/plugin") };
  const stack = new Stack({ projectFolder: repository, plugins, env: account.aws.env });
  const read = async () => {
    const found = await store.read();
    if (found === null) throw new Error("there is no record");
    return found;
  };
  return {
    env: account.aws.env,
    store,
    stack,
    read,
    leaving: async () => (await read()).record.leaving.blue,
    async edit(over: Partial<SwitchRecord>) {
      const { record: held, version } = await read();
      await store.write({ ...held, ...over }, version);
    },
    async [Symbol.asyncDispose]() {
      stack[Symbol.dispose]();
      await account[Symbol.asyncDispose]();
    },
  };
}

test("a preview tells nobody, an up does before anything that waits for it, and the next one changes nothing", async () => {
  await using there = await deployed();
  const { stack } = there;
  assert.equal((await stack.up(telling(inputs))).ok, true);
  assert.equal((await there.read()).version, 1, "nothing leaves");
  const seen = await stack.preview(telling(another));
  assert.deepEqual([seen.ok, seen.changes.update], [true, 1]);
  assert.equal((await there.read()).version, 1, "a preview writes nothing");
  const began = Date.now();
  assert.equal((await stack.up(telling(another))).ok, true);
  const told = await there.leaving();
  assert.equal(told?.release, a);
  assert.ok(told.by >= began + drainDeadline && told.by <= Date.now() + drainDeadline);
  const line = stack.events.findLast((event) => event.kind === "log" && event.message.includes("leaves"));
  assert.match(
    line?.kind === "log" ? line.message : "",
    /^sessions on blue's release a+, which leaves, end by 2/,
  );
  assert.equal((await stack.up(telling(another))).changes.same, 1);
  assert.deepEqual((await there.read()).version, 2);
});

test("after a killed up the next one tells anew once the time is over, or takes the word back", async () => {
  await using there = await deployed();
  const { stack } = there;
  await stack.up(telling(another));
  await there.edit({ leaving: { blue: { release: a, by: Date.now() - 1 }, green: null } });
  const seen = await stack.preview(telling(another));
  assert.equal(seen.changes.update, 1, "no input changed, and there is something to do");
  await stack.up(telling(another));
  assert.ok(((await there.leaving())?.by ?? 0) > Date.now() + drainDeadline / 2);
  await stack.up(telling(inputs));
  assert.equal(await there.leaving(), null);
});

test("what an up tells reaches the sidecars of the release that leaves, and no others", async (t) => {
  await using there = await deployed();
  await there.stack.up(telling(another));
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, there.env);
  const flag = { table, key: inputs.stack };
  const by = (await there.leaving())?.by ?? 0;
  const heard = await flagReader({ flag, slot: "blue", release: a })();
  assert.deepEqual(heard, { slot: null, leaving: { by, until: by + 1_200_000 } });
  for (const [slot, release] of [
    ["blue", c],
    ["green", a],
  ] as const)
    assert.deepEqual(await flagReader({ flag, slot, release })(), { slot: null, leaving: null });
});

test("while somebody moves traffic nothing is told, and the up says who", async () => {
  await using there = await deployed();
  await there.stack.up(telling(inputs));
  await there.edit({ lease: { owner: "anna", since: Date.now(), until: Date.now() + 60_000 } });
  const failed = await there.stack.up(telling(another));
  assert.equal(failed.ok, false);
  assert.match(failed.diagnostics[0]?.message ?? "", /anna is moving traffic/);
  assert.equal(await there.leaving(), null);
});

test("before the first deployment there is nobody to tell, and bad or unknown inputs are no reason to ask", async () => {
  await using there = await deployed(null);
  const { stack } = there;
  assert.equal((await stack.preview(telling({ ...inputs, roleArn: UNKNOWN }))).ok, true);
  assert.equal((await stack.up(telling(inputs))).ok, true);
  assert.equal(await there.store.read(), null);
  const failed = await stack.preview(telling({ ...inputs, drainDeadline: -1 }));
  assert.match(failed.diagnostics[0]?.message ?? "", /drainDeadline/);
});
