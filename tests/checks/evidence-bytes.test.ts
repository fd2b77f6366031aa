import assert from "node:assert/strict";
import { test } from "node:test";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import { noon } from "./fixtures/context.ts";

const log = new EvidenceLog({ rollout: "hub-1", stack: "test", now: () => noon });
for (const why of ["gate é passed", "a/b", "1.5"]) log.append("judged", { why, share: 1 });
const lines = log.text().trimEnd().split("\n");

/** Changes that no reader of JSON notices: the values are the same afterwards. */
const rewritings: readonly (readonly [string, (line: string) => string])[] = [
  ["a space", (line) => line.replace("{", "{ ")],
  ["a space at the end", (line) => `${line} `],
  ["an escape", (line) => line.replace('"judged"', '"\\u006audged"')],
  ["a number in another way", (line) => line.replace('"share":1', '"share":1.0')],
  [
    "keys in another order",
    (line) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).toReversed())),
  ],
  ["a key said twice", (line) => line.replace("{", '{"kind":"promoted",')],
];

for (const [what, rewrite] of rewritings)
  test(`evidence is hashed as its bytes stand: ${what} is found in each line`, () => {
    assert.equal(verifyEvidence(log.text(), log.digest()).whole, true);
    for (const [n, line] of lines.entries()) {
      const changed = rewrite(line);
      assert.notEqual(changed, line);
      assert.deepEqual(JSON.parse(changed), JSON.parse(line), "who reads the values sees no change");
      const text = lines.map((one, index) => (index === n ? changed : one)).join("\n");
      const { whole, why } = verifyEvidence(`${text}\n`, log.digest());
      assert.equal(whole, false, `line ${n + 1}: ${why}`);
    }
  });
