import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "local-aws/random";
import { playPopulation } from "../../rehearsal/faults/aa/campaign.ts";
import { type Population, populations } from "../../rehearsal/faults/aa/populations.ts";
import { playIdentical } from "../../rehearsal/faults/aa/rollout.ts";

/** So few that one rolled back of them is already more than 10 of 10,000: a promise of all of them is measured by the command. */
const rollouts = 200;
const turn = () => Promise.resolve();

for (const population of populations)
  test(`of ${rollouts} releases identical to live none is rolled back: ${population.what}`, async () => {
    const { rolledBack } = await playPopulation(population, { rollouts, seed: 1, turn });
    assert.deepEqual(rolledBack, []);
  });

test("a population in which the candidate is worse is rolled back: identical rollouts can fail", async () => {
  const plain = populations.find(({ name }) => name === "plain") as Population;
  // Every second call fails in whatever slot it lands: beyond what the success rate allows.
  const failing: Population = {
    ...plain,
    visit: (random: Random) => {
      const visit = plain.visit(random);
      const requests = visit.requests.map((of) =>
        random.chance(0.5) ? { ...of, outcome: "server-fault" as const, cause: "HTTP 500" } : of,
      );
      return { ...visit, requests };
    },
  };
  const alarm = await playIdentical(failing, 1);
  assert.equal(alarm?.check, "error-share");
});

test("each population shows what it is named for", () => {
  const outcomesOf = (name: string) => {
    const population = populations.find((of) => of.name === name) as Population;
    const random = new Random(3);
    const requests = Array.from({ length: 300 }, () => population.visit(random)).flatMap((of) => of.requests);
    return new Set(requests.map(({ outcome }) => outcome));
  };
  assert.deepEqual(outcomesOf("plain"), new Set(["ok"]));
  for (const name of ["lists-refused", "discover-refused", "own-auth", "came-back"])
    assert.deepEqual(outcomesOf(name), new Set(["ok", "client-fault"]), name);
  assert.deepEqual(outcomesOf("own-is-error"), new Set(["ok", "tool-error"]));
  assert.deepEqual(outcomesOf("early-cancels"), new Set(["ok", "withdrawn"]));
  assert.deepEqual(outcomesOf("half-percent"), new Set(["ok", "server-fault"]));
});
