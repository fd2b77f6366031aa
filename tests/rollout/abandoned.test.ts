import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DescribeRulesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { engineService, listen } from "pulumi-engine/testing";
import { weightsFor } from "../../domain/weight.ts";
import { isAbandoned } from "../../rollout/plugin/lifeline.ts";
import type { Place } from "./commands-kit.ts";
import { ended, quarterWay, resource, startPlain, startUnderCli, updateOf } from "./plugin-process.ts";

const greenOf = async (place: Place) => {
  const { Rules } = await place.elb.send(new DescribeRulesCommand({ RuleArns: [place.ruleArn] }));
  return Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[1]?.Weight;
};

/** Green's half is proved, and its bake has begun. */
async function baking(place: Place): Promise<void> {
  for (;;) {
    const { weights, rollout } = (await place.store.read())?.record ?? {};
    assert.ok(rollout, "the rollout is over");
    if (weights?.green === 50) return;
    await pause(20);
  }
}

for (const signal of ["SIGKILL", "SIGHUP"] as const)
  test(`a CLI that ends by ${signal} in a bake leaves no plugin behind: the traffic is home, proved and recorded, then it ends`, async () => {
    const place = await quarterWay();
    using started = await startUnderCli(place.aws.env);
    const { cli, pid, plugin } = started;
    try {
      plugin.update(updateOf(place)).catch(() => undefined); // nobody is there to hear it
      await baking(place);
      cli.kill(signal);
      await ended(pid);
      assert.equal(await greenOf(place), 0);
      const record = (await place.store.read())?.record;
      assert.deepEqual(
        [record?.weights, record?.rollout, record?.intent, record?.lease, record?.last?.outcome],
        [weightsFor("blue", 100), null, null, null, "rolled-back"],
      );
      assert.match(record?.last?.why ?? "", /whoever ran this up is gone/);
    } finally {
      await place.close();
    }
  });

test("a plugin that is asked to end in a bake answers with the traffic rolled back, then ends while its engine waits", async () => {
  const place = await quarterWay();
  using started = await startUnderCli(place.aws.env);
  const { pid, plugin } = started;
  try {
    const answered = assert.rejects(plugin.update(updateOf(place)), /SIGTERM, so the rollout was cancelled/);
    await baking(place);
    process.kill(pid, "SIGTERM");
    await answered;
    assert.equal(await greenOf(place), 0);
    await ended(pid);
  } finally {
    await place.close();
  }
});

test("with nothing under way a plugin whose CLI is gone ends at once", async () => {
  using started = await startUnderCli({});
  started.cli.kill("SIGKILL");
  await ended(started.pid);
});

test("an engine that is gone is noticed where stdin is held by nobody", async () => {
  const engine = await listen(engineService(() => undefined));
  const { plugin, exited } = await startPlain(["ignore", "pipe", "ignore"], {}, [engine.address]);
  const bad = await plugin.check({
    ...resource,
    olds: {},
    news: {},
    preview: true,
    randomSeed: new Uint8Array(),
  });
  assert.ok((bad.failures?.length ?? 0) > 0);
  engine.close();
  assert.equal((await exited).code, 0);
});

test("a stdin that had ended before the first call, or is /dev/null, is nobody's word for an end", async () => {
  const engine = await listen(engineService(() => undefined));
  try {
    for (const stdin of ["pipe", "ignore"] as const) {
      const { child, plugin, exited } = await startPlain([stdin, "pipe", "ignore"], {}, [engine.address]);
      child.stdin?.end();
      await pause(300);
      for (let n = 0; n < 3; n++)
        await assert.rejects(
          plugin.invoke({ token: "trafficswitch:index:guess", args: {}, preview: true }),
          /the traffic switch has no function/,
        );
      child.kill("SIGTERM");
      assert.equal((await exited).code, 0);
    }
  } finally {
    engine.close();
  }
});

test("a stdout and a stderr that nobody reads any more are no errors: calls are answered as before", async () => {
  const engine = await listen(engineService(() => undefined));
  const { child, plugin, exited } = await startPlain(["pipe", "pipe", "pipe"], {}, [engine.address]);
  try {
    child.stdout?.destroy();
    child.stderr?.destroy();
    for (let n = 0; n < 20; n++)
      await assert.rejects(
        plugin.invoke({ token: "trafficswitch:index:guess", args: {}, preview: true }),
        /the traffic switch has no function/,
      );
    child.stdin?.end();
    assert.equal((await exited).code, 0, "a write that failed counted as an error");
  } finally {
    child.kill("SIGKILL");
    engine.close();
  }
});

test("the engine is gone when its address falls silent, or its stdin ends; a stdin that nobody held says so only with the address", () => {
  const table: [Parameters<typeof isAbandoned>[0], boolean][] = [
    [{ stdin: "open", held: true, engine: "there" }, false],
    [{ stdin: "open", held: true, engine: "lost" }, true],
    [{ stdin: "none", held: false, engine: "lost" }, true],
    [{ stdin: "none", held: false, engine: "refused" }, false],
    [{ stdin: "ended", held: true, engine: "there" }, true],
    [{ stdin: "ended", held: true, engine: "unknown" }, true],
    [{ stdin: "ended", held: false, engine: "there" }, false],
    [{ stdin: "ended", held: false, engine: "unknown" }, false],
    [{ stdin: "ended", held: false, engine: "refused" }, true],
  ];
  for (const [signs, gone] of table) assert.equal(isAbandoned(signs), gone, JSON.stringify(signs));
});
