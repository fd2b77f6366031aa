import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shortened } from "../../domain/wrapped.ts";

test("a text that is too long ends with a whole word and a sign that there is more", () => {
  assert.equal(
    shortened("0 of 327 requests failed (0 %), limit 1 %", 33),
    "0 of 327 requests failed (0 %) …",
  );
  assert.equal(shortened("0 of 327 requests failed (0 %), limit 1 %", 27), "0 of 327 requests failed …");
  assert.equal(shortened("short", 5), "short");
  assert.equal(shortened("oneverylongword", 8), "…");
});

test("what is shortened fits, begins as the text does, and no word of it is cut", () => {
  const word = fc.stringMatching(/^[a-z0-9%]{1,10}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 3, max: 80 }),
      (words, most) => {
        const text = words.join(" ");
        const out = shortened(text, most);
        if (text.length <= most) return assert.equal(out, text);
        assert.ok(out.length <= most && out.endsWith("…"), `${out} in ${most}`);
        const kept = out.split(" ").slice(0, -1);
        assert.deepEqual(kept, words.slice(0, kept.length));
      },
    ),
  );
});
