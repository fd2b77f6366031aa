import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { builtInChecks } from "../../checks/core/registry.ts";
import { scenarios } from "../../rehearsal/scenarios/index.ts";
import { specLines } from "../../tools/docs/spec-lines.ts";
import { page, readPage } from "../../tools/docs/spec-table.ts";

const fileAt = (name: string) => new URL(`../../${name}`, import.meta.url);
const textOf = (name: string) => (existsSync(fileAt(name)) ? readFileSync(fileAt(name), "utf8") : "");
const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };

test("docs/requirement.md is current", () => {
  assert.equal(readPage(), page(readPage()), "run: npm run docs");
});

test("no line of the requirement is without an answer: a proved one, or a person's work named as such", () => {
  // Its 43 checkboxes; the commands, smoke tests and limits of its four phases; seven metrics, three alerts; its rollback.
  assert.equal(specLines.length, 86);
  const boxes = specLines.filter(({ section }) => !/^(?:Phase|Rollback procedure)/.test(section));
  assert.equal(boxes.length, 43);
  for (const { line, by, proof, byHand } of specLines) {
    assert.equal(by.length > 0, proof.length > 0, `${line}: an answer needs a proof, and a proof an answer`);
    assert.ok(by.length > 0 || (byHand ?? "").length > 5, `${line} has no answer`);
  }
});

test("every check, resource and command that the table names is there", () => {
  const names = builtInChecks.map(({ name }) => name);
  for (const { line, by } of specLines)
    for (const one of by) {
      if ("check" in one) assert.ok(names.includes(one.check), `${line}: no check is called ${one.check}`);
      else if ("command" in one)
        assert.ok(one.command in scripts, `${line}: no script is called ${one.command}`);
      else assert.ok(textOf(one.in).includes(one.resource), `${line}: ${one.in} has no ${one.resource}`);
    }
});

test("every test and scenario that the table names is there", () => {
  const played = scenarios.map(({ name }) => name);
  for (const { line, proof } of specLines)
    for (const one of proof) {
      if ("scenario" in one) assert.ok(played.includes(one.scenario), `${line}: no scenario ${one.scenario}`);
      else assert.ok(textOf(one.in).includes(one.test), `${line}: ${one.in} has no test "${one.test}"`);
    }
});

test("every built-in check answers a line of the requirement", () => {
  const used = new Set(
    specLines.flatMap(({ by }) => by.flatMap((one) => ("check" in one ? [one.check] : []))),
  );
  assert.deepEqual(
    builtInChecks.map(({ name }) => name).filter((name) => !used.has(name)),
    [],
  );
});
