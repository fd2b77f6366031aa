import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const top = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(top, ".github/workflows");
const { scripts } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { "timeout-minutes"?: number; permissions?: Record<string, string>; steps: Step[] }
  >;
}

for (const name of readdirSync(folder))
  test(`the workflow ${name} may nothing that a job does not name, trusts no tag, and runs what there is`, () => {
    const { permissions, jobs } = parse(readFileSync(join(folder, name), "utf8")) as Workflow;
    assert.deepEqual(permissions, {});
    assert.ok(Object.keys(jobs).length > 0);
    for (const job of Object.values(jobs)) {
      assert.notEqual(job.permissions, undefined);
      assert.ok((job["timeout-minutes"] ?? 0) > 0);
      assert.ok(job.steps.some(({ uses }) => uses?.startsWith("actions/checkout@")));
      for (const { uses, with: given } of job.steps) {
        if (uses === undefined) continue;
        assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
        if (uses.startsWith("actions/checkout@")) assert.equal(given?.["persist-credentials"], false);
      }
      for (const { run = "" } of job.steps) {
        // What an expression puts into a script could be a script: values come in by the environment.
        assert.ok(!run.includes("${{"), run);
        assert.equal(spawnSync("bash", ["-n"], { input: run }).status, 0, run);
        for (const [, script = ""] of run.matchAll(/npm run (?:-s )?([\w:-]+)/g))
          assert.ok(script in scripts, `npm run ${script}`);
      }
    }
  });
