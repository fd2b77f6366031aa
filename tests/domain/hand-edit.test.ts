import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameEdit } from "../../domain/hand-edit.ts";
import { weightsFor } from "../../domain/weight.ts";

const edit = { live: weightsFor("green", 40), recorded: weightsFor("blue", 100), fence: 3 };

test("two looks saw the same edit when rule, record and fence are the same, and in no other case", () => {
  assert.equal(isSameEdit(edit, structuredClone(edit)), true);
  for (const other of [
    null,
    { ...edit, live: weightsFor("green", 41) },
    { ...edit, live: null },
    { ...edit, recorded: weightsFor("blue", 99) },
    { ...edit, fence: 4 },
  ])
    assert.equal(isSameEdit(edit, other), false, JSON.stringify(other));
});

test("a rule that is gone is the same edit only as one that was gone before", () => {
  const gone = { ...edit, live: null };
  assert.equal(isSameEdit(gone, structuredClone(gone)), true);
  assert.equal(isSameEdit(gone, edit), false);
});
