import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatPlan, planFormats } from "../../plan/format.ts";
import { planOf, situations } from "./situations.ts";

const folder = join(import.meta.dirname, "golden");
const endings = { text: "txt", markdown: "md", json: "json" } as const;

for (const [name, asked] of Object.entries(situations))
  test(`the plan of ${name} reads as the golden one, in text, Markdown and JSON`, () => {
    const plan = planOf(asked);
    for (const format of planFormats) {
      const file = join(folder, `${name}.${endings[format]}`);
      const now = formatPlan(plan, format);
      if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(file, now);
      assert.equal(
        now,
        readFileSync(file, "utf8"),
        `${file}: if it should, set UPDATE_GOLDEN=1 and read the diff`,
      );
    }
  });

test("every golden plan is that of a situation", () => {
  const names = Object.keys(situations).flatMap((name) => planFormats.map((of) => `${name}.${endings[of]}`));
  assert.deepEqual(readdirSync(folder).toSorted(), names.toSorted());
});
