import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../domain/outcome.ts";
import {
  type FaultKind,
  faultKinds,
  faultPlaces,
  senseless,
  transports,
} from "../../rehearsal/faults/cells.ts";
import { effectOf, goodEnding } from "../../rehearsal/faults/matrix/effect.ts";
import { allCells, nameOf, playAll } from "../../rehearsal/faults/matrix/matrix.ts";
import { type Cell, type CellResult, type PlayOptions, play } from "../../rehearsal/faults/matrix/play.ts";
import { brokenBy } from "../../rehearsal/faults/matrix/promises.ts";
import { gaps } from "../../tools/docs/faults-gaps.ts";
import { page, readPage, readResults } from "../../tools/docs/faults-table.ts";

/** Played here with every fault that all calls have; what fewer calls have takes minutes, and is played every night. */
const whole = allCells().filter(({ share, kind }) => share === 1 && kind !== "compressed");
/** One cell for each way in which the gates find out, or let be. */
const some = allCells().filter((cell) =>
  ["compressed at other-tool, 100 %, stateless", "status-4xx at initialize, 10 %, stateless"].includes(
    nameOf(cell),
  ),
);

const results: Promise<CellResult[]> = playAll({ cells: [...whole, ...some], seeds: [1] });

test("a fault of all calls of a place is rolled back before 15 bad answers or within 5 s, but for the gaps that are named", async () => {
  const broken = (await results).flatMap((result) => brokenBy([result]).map((why) => ({ why, result })));
  const unnamed = broken.filter(({ result }) => gaps.every(({ cell }) => cell !== nameOf(result)));
  assert.deepEqual(
    unnamed.map(({ why }) => why),
    [],
  );
});

test("a gap is named for as long as it is there", async () => {
  const broken = new Set(
    (await results).filter((result) => brokenBy([result]).length > 0).map((result) => nameOf(result)),
  );
  const played = new Set((await results).map((result) => nameOf(result)));
  const closed = gaps.filter(({ cell }) => played.has(cell) && !broken.has(cell)).map(({ cell }) => cell);
  assert.deepEqual(closed, [], "these are found now: take them out of tools/docs/faults-gaps.ts");
});

test("live's users are never hurt by a fault of the candidate", async () => {
  for (const { liveHurt, ...cell } of await results) assert.equal(liveHurt, 0, nameOf(cell));
});

test("what hurts nobody is kept, and users met it", async () => {
  const compressed = (await results).filter(({ kind }) => kind === "compressed");
  assert.ok(compressed.length > 0);
  for (const { outcome, usersHurt, asked, why } of compressed)
    assert.deepEqual(
      { outcome, usersHurt, many: asked >= 500 },
      { outcome: "kept", usersHurt: 0, many: true },
      why,
    );
});

test("the page of faults tells what the rollouts of the matrix came to, cell by cell", async () => {
  const kept = readResults();
  assert.equal(readPage(), page(readPage()), "docs/faults.md is out of date: npm run docs");
  assert.deepEqual(kept.map(nameOf).sort(), allCells().map(nameOf).sort());
});

test("a promise that is not held is a sentence, and one that is held is none", () => {
  const cell: Cell = { kind: "hang", where: "other-tool", share: 0.1, transport: "sse" };
  const good: CellResult = {
    ...cell,
    seed: 1,
    usersHurt: 10,
    liveHurt: 0,
    asked: 100,
    outcome: "rolled-back",
    badAnswers: 10,
    seconds: 3,
    weight: 5,
    check: "live-comparison",
    why: "",
  };
  assert.deepEqual(brokenBy([good]), []);
  const bad: [Partial<CellResult>, RegExp][] = [
    [{ outcome: "kept" }, /kept, with users worse off by 10 points/],
    [{ badAnswers: 31 }, /more than 30 bad answers in 1 of 1 rollouts, 31 at most/],
    [{ share: 1, badAnswers: 16, seconds: 5.1 }, /rolled-back after 16 bad answers and 5.1 s/],
    [{ liveHurt: 1 }, /1 % of live's requests were hurt/],
    [{ kind: "compressed" }, /rolled-back, and no user is hurt/],
  ];
  for (const [over, sentence] of bad) {
    const broken = brokenBy([{ ...good, ...over }]);
    assert.equal(broken.length, 1, JSON.stringify(over));
    assert.match(broken[0] ?? "", sentence);
  }
});

test("every kind of fault makes another ending than a good answer, or is one that hurts nobody", () => {
  for (const kind of faultKinds)
    for (const where of faultPlaces)
      for (const transport of transports) {
        if (senseless(kind, where, transport) !== null) continue;
        const asked = questionAt(where);
        const effect = effectOf({ kind, where }, transport, asked);
        const same = JSON.stringify(effect.ending) === JSON.stringify(goodEnding(asked));
        const tells = !same || effect.laterMs > 0 || effect.streamEnd !== null || !effect.hurts;
        assert.ok(tells, `${kind} at ${where} over ${transport}`);
      }
});

function questionAt(where: Cell["where"]) {
  const analysis = where === "analysis";
  if (analysis || where === "other-tool") return { method: "tools/call", tool: "search", analysis };
  const methods = { notifications: "notifications/initialized", stream: "stream/open" } as const;
  const method = where === "notifications" || where === "stream" ? methods[where] : where;
  return { method, tool: null, analysis: false };
}

/** For each outcome a release that is rolled back because of it, and kept if it were booked as a good answer. */
const faulty: readonly (Pick<PlayOptions, "cell"> & Partial<PlayOptions> & { readonly outcome: Outcome })[] =
  [
    { outcome: "server-fault", ...spoilt("status-5xx", "other-tool") },
    // After the candidate's gate, which looks at the result itself.
    { outcome: "llm-failure", ...spoilt("llm-failure", "analysis", 20) },
    { outcome: "tool-error", ...spoilt("is-error", "other-tool") },
    { outcome: "client-fault", ...spoilt("status-4xx", "other-tool") },
    {
      outcome: "withdrawn",
      cell: { kind: "wrong-content-type", where: "stream", share: 1, transport: "sse" },
      probesMeetFaults: false,
    },
    { outcome: "refused", ...spoilt("compressed", "other-tool"), turnedAway: 0.3 },
  ];

function spoilt(kind: FaultKind, where: Cell["where"], after = 0): { cell: Cell } {
  return { cell: { kind, where, share: 1, transport: "stateless", after } };
}

for (const { outcome, ...asked } of faulty)
  test(`a release that is rolled back for its ${outcome} would be kept if that were booked as ok`, async () => {
    const real = await play({ ...asked, seed: 1 });
    assert.notEqual(real.outcome, "kept", real.why);
    const mutant = await play({ ...asked, seed: 1, books: (of) => (of === outcome ? "ok" : of) });
    assert.equal(mutant.outcome, "kept", mutant.why);
  });
