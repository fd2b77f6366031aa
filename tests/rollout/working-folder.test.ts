import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { repository } from "../../rehearsal/stage/index.ts";
import { quarterWay, startPlain, updateOf } from "./plugin-process.ts";

test("started in the program's folder, relative paths of the config still begin where Pulumi.yaml stands", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  const place = await quarterWay();
  const { child, plugin } = await startPlain(["ignore", "pipe", "inherit"], place.aws.env);
  try {
    const steps = place.inputs.plan.steps.map(({ weight }) => ({ weight, bake: { min: 300, max: 300 } }));
    const inputs = {
      ...place.inputs,
      plan: { ...place.inputs.plan, steps, gate: ["from-here"] },
      // Only there is such a file.
      commands: { "from-here": ["test", "-f", "Pulumi.yaml"] },
      evidence: { folder: relative(repository, folder) },
    };
    const { outputs } = await plugin.update(updateOf({ ...place, inputs }));
    assert.equal(outputs["live"], "green");
    assert.equal((await readdir(folder)).length, 1, "the evidence is elsewhere");
  } finally {
    child.kill("SIGKILL");
    await place.close();
    await rm(folder, { recursive: true, force: true });
  }
});
