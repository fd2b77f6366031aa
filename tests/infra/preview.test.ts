import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { EngineEvent } from "../../rehearsal/engine/index.ts";
import { seeded } from "../../rehearsal/random.ts";
import { sampleImages } from "../../rehearsal/stage/config.ts";
import { openStage } from "../../rehearsal/stage/index.ts";

test("a preview from nothing plans the whole stack; over a stack with only greenWeight changed, one resource", async () => {
  const stage = await openStage({
    images: sampleImages(fileURLToPath(new URL("../../", import.meta.url))),
    config: {},
    random: seeded(1),
  });
  try {
    const planned = await stage.preview();
    assert.equal(planned.ok, true, JSON.stringify(planned.diagnostics));
    assert.ok(planned.changes.create > 50);
    assert.equal(planned.changes.update + planned.changes.replace + planned.changes.delete, 0);
    const made = await stage.up();
    assert.equal(made.ok, true, JSON.stringify(made.diagnostics));
    assert.equal(made.changes.create, planned.changes.create);

    stage.set({ greenWeight: 100 });
    const changed: string[] = [];
    const onEvent = (event: EngineEvent) => {
      if (event.kind === "step" && event.op !== "same" && event.phase === "planned")
        changed.push(`${event.op} ${event.type}`);
    };
    const moved = await stage.preview({ onEvent });
    assert.equal(moved.ok, true, JSON.stringify(moved.diagnostics));
    assert.deepEqual([...new Set(changed)], ["update trafficswitch:index:TrafficSwitch"]);
    assert.deepEqual({ ...moved.changes, same: 0 }, { ...planned.changes, same: 0, create: 0, update: 1 });
  } finally {
    await stage.close();
  }
});
