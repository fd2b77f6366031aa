import assert from "node:assert/strict";
import { test } from "node:test";
import { page, readPage } from "../../tools/docs/transition-table.ts";

test("docs/rollout.md shows every transition of the table as the code has it", () => {
  assert.equal(readPage(), page(readPage()), "run: npm run docs");
});
