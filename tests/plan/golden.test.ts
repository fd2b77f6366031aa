import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatPlan, planFormats } from "../../plan/format.ts";
import { planOf, situations } from "./situations.ts";

const folder = join(import.meta.dirname, "golden");
const endings = { text: "txt", markdown: "md", json: "json" } as const;

/** Every release by a letter, in the order in which they are named: what a release consists of is no matter of its plan's. */
function withoutHashes(text: string): string {
  const letters = new Map<string, string>();
  return text.replaceAll(/\b[0-9a-f]{16}\b/g, (hash) => {
    const letter = letters.get(hash) ?? String.fromCodePoint("A".codePointAt(0)! + letters.size);
    letters.set(hash, letter);
    return letter.repeat(16);
  });
}

for (const [name, asked] of Object.entries(situations))
  test(`the plan of ${name} reads as the golden one, in text, Markdown and JSON`, () => {
    const plan = planOf(asked);
    for (const format of planFormats) {
      const file = join(folder, `${name}.${endings[format]}`);
      const now = withoutHashes(formatPlan(plan, format));
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
