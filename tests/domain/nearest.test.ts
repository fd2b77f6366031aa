import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { didYouMean, editsBetween } from "../../domain/nearest.ts";

const names = ["cutover", "bad-release", "refused", "rollback", "all"];

test("a name with a slip of the finger is found, one that is nowhere near is not", () => {
  for (const [typed, meant] of [
    ["cutovr", "cutover"],
    ["ctuover", "cutover"],
    ["Rollback", "rollback"],
    ["bad-relase", "bad-release"],
    ["roll", "rollback"],
  ] as const)
    assert.equal(didYouMean(typed, names), `did you mean ${meant}?`);
  for (const typed of ["everything", "x", ""]) assert.equal(didYouMean(typed, names), "", typed);
  assert.equal(didYouMean("cutover", []), "");
});

test("as many edits lie between two words one way as the other, none only between equals, and no more than letters", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const edits = editsBetween(a, b);
      assert.equal(edits, editsBetween(b, a));
      assert.equal(edits === 0, a === b);
      assert.ok(edits >= Math.abs(a.length - b.length) && edits <= Math.max(a.length, b.length));
    }),
  );
});

test("one letter put in, taken out, changed or swapped with the next is one edit", () => {
  for (const other of ["cutoverr", "cutver", "cutoxer", "cutvoer"])
    assert.equal(editsBetween("cutover", other), 1);
});
