import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { outputs, page, readPage, settled } from "./runbook-situations.ts";

/** A place of the page with the output below it. */
const placeOf = (name: string) => new RegExp(`(<!-- output: ${name} -->\n\`\`\`\n)([^]*?)(\n\`\`\`\n)`);

for (const [name, make] of Object.entries(outputs))
  test(`the runbook shows what people see: ${name}`, async () => {
    const now = settled(await make());
    assert.ok(now.length > 20, now);
    if (process.env["UPDATE_GOLDEN"] !== undefined)
      writeFileSync(
        page,
        readPage().replace(placeOf(name), (_, before, _old, after) => before + now + after),
      );
    const [, , shown] = placeOf(name).exec(readPage()) ?? [];
    assert.equal(shown, now, "docs/runbook.md: if it should, set UPDATE_GOLDEN=1 and read the diff");
  });

test("every output of the runbook is one that a test makes", () => {
  const places = [...readPage().matchAll(/<!-- output: ([a-z-]+) -->/g)].map(([, name = ""]) => name);
  assert.deepEqual(places.toSorted(), Object.keys(outputs).toSorted());
});

test("every chapter says what to type, how long it takes and what to do when it does not work", () => {
  const [, ...chapters] = readPage().split("\n## ");
  assert.ok(chapters.length >= 10, `${chapters.length} chapters`);
  for (const chapter of chapters) {
    assert.match(chapter, /\n```\n(npm run|pulumi|aws) /, chapter);
    assert.match(chapter, /\*\*How long:\*\* /, chapter);
    assert.match(chapter, /\*\*If it does not work:\*\* /, chapter);
  }
});
