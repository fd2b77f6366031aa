import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { keepPlan } from "../../infra/plan-file.ts";
import { planOf, situations } from "../plan/situations.ts";

const plan = planOf(situations["cut-over"] ?? { asks: {} });

test("a preview's plan is written in the form that the file's ending asks for, in a folder that may not be there yet", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plan-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const written = async (name: string) => {
    await keepPlan(join(folder, "new", name), plan);
    return readFileSync(join(folder, "new", name), "utf8");
  };
  assert.match(await written("plan.txt"), /^Rollout plan of production, /);
  assert.match(await written("plan.md"), /^## Rollout plan: production\n/);
  assert.equal(JSON.parse(await written("plan.json")).stack, "production");
});

test("a plan that cannot be written fails the preview with a sentence, not with a stack", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plan-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "file"), "");
  const path = join(folder, "file", "plan.md");
  await assert.rejects(keepPlan(path, plan), (error) => {
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(
      error.message,
      `hub:previewFile: the plan cannot be written to ${path} (EEXIST). Name a file that can be, or leave the key out.`,
    );
    return true;
  });
});
