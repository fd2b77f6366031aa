import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { parseEvidenceLine } from "../../checks/evidence/parse-line.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import { readSchema, schemaText } from "../../tools/docs/evidence-schema.ts";
import { noon } from "./fixtures/context.ts";

const bodies = fc.array(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 })), {
  minLength: 1,
  maxLength: 6,
});

function record(of: readonly object[]): EvidenceLog {
  const log = new EvidenceLog({ rollout: "hub-1", stack: "test", now: () => noon });
  for (const body of of) log.append("judged", body);
  return log;
}

test("a record as it was written is whole", () => {
  fc.assert(
    fc.property(bodies, (of) => {
      const log = record(of);
      assert.ok(verifyEvidence(log.text(), log.digest()).whole);
      assert.equal(log.text().split("\n").length - 1, of.length);
    }),
  );
});

test("any changed byte of a record is found", () => {
  fc.assert(
    fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (of, at, by) => {
      const log = record(of);
      const bytes = Buffer.from(log.text(), "utf8");
      const place = at % bytes.length;
      bytes[place] = (bytes[place] as number) ^ by;
      // Bytes that are no text any more decode to other characters than were written.
      assert.equal(verifyEvidence(bytes.toString("utf8"), log.digest()).whole, false);
    }),
    { numRuns: 500 },
  );
});

test("a line dropped, doubled, moved or added is found", () => {
  fc.assert(
    fc.property(bodies, fc.nat(), fc.nat(), (of, first, second) => {
      const log = record(of);
      const lines = log.lines();
      const a = first % lines.length;
      const b = second % lines.length;
      const moved = lines.with(a, lines[b] as string).with(b, lines[a] as string);
      const longer = record([...of, {}]).lines();
      const changed = [lines.toSpliced(a, 1), lines.toSpliced(a, 0, lines[a] as string), longer];
      for (const version of a === b ? changed : [...changed, moved]) {
        const text = version.map((line) => `${line}\n`).join("");
        assert.equal(verifyEvidence(text, log.digest()).whole, false);
      }
    }),
  );
});

test("a record that was rewritten as a whole is found by its digest alone", () => {
  const forged = record([{ verdict: "pass" }]);
  assert.ok(verifyEvidence(forged.text(), null).whole);
  assert.equal(verifyEvidence(forged.text(), record([{ verdict: "fail" }]).digest()).whole, false);
});

test("a record of another schema is refused with what to type next", () => {
  const text = record([{}]).text().replace('"schema":2', '"schema":1');
  const next =
    /^line 1 has schema 1, and this version reads schema 2: .* run npm run check -- verify-evidence FILE$/;
  assert.match(verifyEvidence(text, null).why, next);
  assert.throws(
    () => parseEvidenceLine(text),
    /^Error: a line of the evidence has schema 1, .* verify-evidence FILE$/,
  );
});

test("docs/evidence.schema.json is the schema that evidence is read by", () => {
  assert.deepEqual(JSON.parse(readSchema()), JSON.parse(schemaText()), "run: npm run docs");
});
