import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { columns } from "../../domain/wrapped.ts";
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

test("a plan fits a terminal of 100 columns, whatever it has to say", () => {
  const all = Object.entries(situations).map(([name, asked]) => [name, planOf(asked)] as const);
  const long = all.map(([name, plan]) => {
    const warnings = [...plan.warnings, `credentials end ${"too soon ".repeat(30)}`];
    return [name, { ...plan, warnings, basis: `the stack config of ${"a-branch ".repeat(20)}` }] as const;
  });
  const wide = [...all, ...long].flatMap(([name, plan]) =>
    formatPlan(plan, "text")
      .split("\n")
      .flatMap((line) => (line.length > columns ? [`${name}: ${line}`] : [])),
  );
  assert.deepEqual(wide, []);
});

test("how long credentials must last is said where weights move, and nowhere else", () => {
  const warned = Object.entries(situations).filter(([, asked]) =>
    planOf(asked).warnings.some((warning) => warning.includes("credentials must last as long")),
  );
  assert.ok(warned.length >= 3, `${warned.length} situations`);
  for (const [name, asked] of warned) assert.ok(planOf(asked).steps.length > 0, name);
});

test("every golden plan is that of a situation", () => {
  const names = Object.keys(situations).flatMap((name) => planFormats.map((of) => `${name}.${endings[of]}`));
  assert.deepEqual(readdirSync(folder).toSorted(), names.toSorted());
});
