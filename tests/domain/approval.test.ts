import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Waiting, waitOver, waiting } from "../../domain/approval.ts";
import { plan } from "../../domain/plan.ts";

const steps = (approval: unknown) => plan.safeParse({ steps: [{ weight: 100, bake: "5m", approval }] });

test("what a step asks of a person is a time, and going home unless it is said otherwise", () => {
  const read = steps({ within: "8h" });
  assert.deepEqual(read.data?.steps[0]?.approval, { within: 8 * 3_600_000, otherwise: "rollback" });
  assert.deepEqual(read.data?.steps[0] && plan.parse({}).steps.some(({ approval }) => approval), false);
  const bad = steps({ otherwise: "wait", pauseAfter: "soon" });
  assert.deepEqual(
    bad.error?.issues.map(({ path }) => path.join(".")),
    ["steps.0.approval.within", "steps.0.approval.otherwise", "steps.0.approval.pauseAfter"],
  );
});

test("a person's word counts whenever it is read, and silence only when the time is over and as the plan says", () => {
  const time = fc.integer({ min: 0, max: 1_000 });
  const then = fc.constantFrom("rollback", "hold", "advance");
  const answer = fc.option(fc.record({ approved: fc.boolean(), by: fc.string(), at: time }));
  fc.assert(
    fc.property(time, time, then, answer, (until, now, otherwise, said) => {
      const of: Waiting = waiting.parse({ weight: 25, since: 0, until, otherwise, answer: said });
      const over = waitOver(of, now);
      if (said !== null) assert.equal(over, said.approved ? "go-on" : "turned-down");
      else if (now < until) assert.equal(over, null);
      else assert.equal(over, otherwise === "advance" ? "go-on" : "timed-out");
    }),
  );
});
