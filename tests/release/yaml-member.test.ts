import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { withDifferences, withMember } from "../../release/yaml-member.ts";

const production = readFileSync(new URL("../../Pulumi.production.yaml", import.meta.url), "utf8");

type Tree = Record<string, unknown>;
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    "2026-03-01T09:00:00Z",
    "0123456789012",
    "12e45",
    "a: b",
    "# no comment",
    "two\nlines\n",
    "",
  ),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: "small" }, leaf, fc.array(leaf, { maxLength: 3 }), tie("tree")),
  tree: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/), tie("any"), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
})).any;

/** Members of the example that a release or a record is written to. */
const places = [
  { of: ["config"], key: "hub:release" },
  { of: ["config", "hub:green"], key: "image" },
  { of: ["config", "hub:green"], key: "hubConfig" },
  { of: ["config", "hub:blue"], key: "environment" },
  { of: ["config", "hub:release"], key: "staging" },
  { of: ["config", "hub:release", "staging"], key: "since" },
  { of: ["config", "hub:release"], key: "candidate" },
  { of: ["config"], key: "hub:previewFile", after: "hub:blue" },
];

/** What stands above a member's line, and from the next key of its map or of one above on; a new one's place is the end of its map. */
function around(text: string, path: readonly string[], least: number): { above: string; below: string } {
  const lines = text.split(/(?<=\n)/);
  const columnOf = (line: string) => line.search(/\S/);
  const isKey = (line: string) => /^\s*[^\s#]/.test(line);
  let at = -1;
  let column = -1;
  for (const [depth, key] of path.entries()) {
    const from = at + 1;
    const found = lines.findIndex(
      (line, index) => index >= from && line.trimStart().startsWith(`${key}:`) && columnOf(line) > column,
    );
    const end = lines.findIndex((line, index) => index >= from && isKey(line) && columnOf(line) <= column);
    if (depth === least && (found < 0 || (end >= 0 && found > end))) break;
    [at, column] = [found, columnOf(lines[found] ?? "")];
  }
  const next = lines.findIndex((line, index) => index > at && isKey(line) && columnOf(line) <= column);
  return { above: lines.slice(0, at).join(""), below: next < 0 ? "" : lines.slice(next).join("") };
}

test("setting a member changes its own lines and no other byte, whatever is written", () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), value, fc.constantFrom("\n", "\r\n"), (place, fresh, end) => {
      const text = production.replaceAll("\n", end);
      const changed = withMember(text, place, fresh);
      const expected = parse(production) as Tree;
      const holder = place.of.reduce<Tree>((at, key) => at[key] as Tree, expected);
      holder[place.key] = fresh;
      assert.deepEqual(parse(changed), expected);
      const { above, below } = around(text, [...place.of, place.key], place.of.length);
      assert.ok(changed.startsWith(above), "a byte above changed");
      assert.ok(changed.endsWith(below), "a byte below changed");
      assert.deepEqual(withMember(changed, place, fresh), changed);
    }),
    { numRuns: 100 },
  );
});

test("of an object only the members that differ are written: comments beside the others stay", () => {
  const text =
    'release:\n  # who looked\n  staging:\n    since: "2026" # by the log\n    stack: {slot: blue}\n  x: 1\n';
  const before = { staging: { since: "2026", stack: { slot: "blue" } }, x: 1 };
  const at = { of: [], key: "release" };
  assert.equal(withDifferences(text, at, before, before), text);
  const after = { ...before, staging: { ...before.staging, signedOff: { by: "Ada" } } };
  assert.equal(
    withDifferences(text, at, before, after),
    text.replace("{slot: blue}\n", '{slot: blue}\n    signedOff:\n      by: "Ada"\n'),
  );
});

test("what is not written as a block is refused by its path", () => {
  for (const text of ["config: {a: {b: 1}}\n", "config: 1\n", "config: []\n", "config:\n"])
    assert.throws(
      () => withMember(text, { of: ["config"], key: "a" }, 2),
      /^UsageError: config holds no keys on lines/,
    );
});
