import "reaper/children";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { mutants } from "./mutants/list.ts";

const path = (name: string) => fileURLToPath(new URL(`mutants/${name}`, import.meta.url));
const limit = 10_000;

/** Runs the campaign with one defect; null for the code as it is. */
async function play(mutant: string | null, runs: number): Promise<{ runs: number; found: string | null }> {
  const args = [...(mutant === null ? [] : ["--import", path("hook.ts")]), path("campaign.ts")];
  const env = { ...process.env, RUNS: String(runs), ...(mutant === null ? {} : { MUTANT: mutant }) };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as { runs: number; found: string | null };
}

test("the code as it is survives what finds the defects below", async () => {
  const { found } = await play(null, 800);
  assert.equal(found, null);
});

describe("a deliberate defect is found", { concurrency: 2 }, () => {
  for (const { name } of mutants)
    test(name, async () => {
      const { runs, found } = await play(name, limit);
      assert.ok(found, `not found in ${runs} runs`);
    });
});
