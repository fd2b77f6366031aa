import assert from "node:assert/strict";
import { test } from "node:test";
import { errorShare } from "../../checks/gate/error-share.ts";
import { firstRequests } from "../../checks/gate/first-requests.ts";
import { latency } from "../../checks/gate/latency.ts";
import { liveComparison } from "../../checks/gate/live-comparison.ts";
import type { Open, Sample } from "../../checks/logs/sample.ts";
import { Samples } from "../../checks/logs/samples.ts";
import type { Colour } from "../../domain/colour.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { answered } from "./cases/case.ts";
import { contextWith, noon } from "./fixtures/context.ts";

test("a suspicion passes only once there is no time left to see more", async () => {
  const samples = () =>
    answered({ blue: { count: 100 }, green: { count: 100, bad: 16, outcome: "tool-error" } });
  const read = async (over: { suspectUntil?: number }) =>
    (await liveComparison.read(contextWith({ samples: samples(), ...over }))).verdict;
  const { why } = await liveComparison.read(contextWith({ samples: samples(), suspectUntil: Infinity }));
  assert.match(
    why,
    /16 of 100 \(16 %\) answered that the tool failed.*too much to go on without a longer look$/,
  );
  assert.equal(await read({ suspectUntil: Infinity }), "inconclusive");
  assert.equal(await read({ suspectUntil: noon + 1 }), "inconclusive");
  assert.equal(await read({ suspectUntil: noon }), "pass");
  assert.equal(await read({}), "pass");
  const few = answered({ blue: { count: 100 }, green: { count: 100, bad: 3, outcome: "tool-error" } });
  const kept = await liveComparison.read(contextWith({ samples: few, suspectUntil: Infinity }));
  assert.equal(kept.verdict, "pass", kept.why);
});

const given = (samples: Samples) => contextWith({ samples });
const green = (of: NonNullable<Parameters<typeof answered>[0]["green"]>) => given(answered({ green: of }));

test("an analysis of exactly the limit is one that took too long, and a millisecond less is none", async () => {
  const read = async (slowMs: number) => latency.read(green({ count: 60, slow: 30, slowMs }));
  assert.deepEqual([(await read(1_999)).verdict, (await read(2_000)).verdict], ["pass", "fail"]);
  const first = async (slowMs: number) => firstRequests.read(green({ count: 100, slow: 40, slowMs }));
  assert.deepEqual([(await first(1_999)).verdict, (await first(2_000)).verdict], ["pass", "fail"]);
});

test("the first hundred meet the requirement's letter above 99 % and below 2000 ms, and not at them", async () => {
  const words = /; to the letter that is not enough, as evidence it is too little to roll it back$/;
  for (const [what, of, met] of [
    ["all well", { count: 100 }, true],
    ["99 of 100", { count: 100, bad: 1 }, false],
    ["a p95 of 1999 ms", { count: 100, slow: 6, slowMs: 1_999 }, true],
    ["a p95 of 2000 ms", { count: 100, slow: 6, slowMs: 2_000 }, false],
    ["five of 100 that are slow", { count: 100, slow: 5, slowMs: 9_000 }, true],
  ] as const) {
    const { verdict, why } = await firstRequests.read(green(of));
    assert.equal(verdict, "pass", `${what}: ${why}`);
    assert.equal(!words.test(why), met, `${what}: ${why}`);
  }
});

test("a share of faults below the limit passes, at the limit nobody can tell, and far above it fails", async () => {
  for (const [bad, verdict] of [
    [2, "pass"],
    [3, "inconclusive"],
    [4, "inconclusive"],
    [30, "fail"],
  ] as const) {
    const reading = await errorShare.read(green({ count: 300, bad }));
    assert.equal(reading.verdict, verdict, reading.why);
    assert.equal(reading.value, 100 - bad / 3, reading.why);
  }
});

const asked = {
  method: "tools/call",
  tool: "search",
  analysis: false,
  session: null,
  sessionAt: null,
  begun: null,
};

/** Requests of one slot, ten a second, the last just before noon; so many of them did not end as asked. */
function requests(
  slot: Colour,
  from: Sample["from"],
  count: number,
  bad: number,
  outcome: Outcome,
): Sample[] {
  return Array.from({ length: count }, (_, n) => ({
    ...asked,
    slot,
    from,
    at: noon - (count - n) * 100,
    outcome: n % Math.max(1, Math.floor(count / Math.max(1, bad))) === 0 && bad > 0 ? outcome : "ok",
    latencyMs: 50,
  }));
}

function compared(...all: readonly Sample[][]) {
  const samples = new Samples();
  for (const sample of all.flat()) samples.add(sample);
  return liveComparison.read(given(samples));
}

test("the users of both slots are compared: what live's get as well is not the candidate's doing", async () => {
  const bad = requests("green", "user", 120, 40, "tool-error");
  const worse = await compared(bad, requests("blue", "user", 120, 0, "ok"));
  assert.equal(worse.verdict, "fail", worse.why);
  assert.match(worse.why, /^tools\/call search \(without a session\): 40 of 120 .* live 0 of 120 /);
  const alike = await compared(bad, requests("blue", "user", 120, 40, "tool-error"));
  assert.equal(alike.verdict, "pass", alike.why);
  assert.match(alike.why, /40 of 120 \(33\.33 %\) answered that the tool failed, live 40 of 120 /);
});

test("own probes are held against own probes, and never against what users asked", async () => {
  const bad = requests("green", "probe", 120, 40, "tool-error");
  const users = await compared(bad, requests("blue", "user", 120, 0, "ok"));
  assert.equal(users.verdict, "inconclusive", users.why);
  assert.match(users.why, /^nothing was asked of both slots yet$/);
  const probes = await compared(bad, requests("blue", "probe", 120, 0, "ok"));
  assert.equal(probes.verdict, "fail", probes.why);
});

test("calls that wait at both slots are late at both, and those of the candidate alone are its own", async () => {
  const waiting = (slot: Colour): ReadonlyMap<string, Open> =>
    new Map(
      Array.from({ length: 120 }, (_, n) => [
        `${n}`,
        { ...asked, slot, from: "user", since: noon - 8_000 + n * 60 },
      ]),
    );
  const read = (...slots: readonly Colour[]) => {
    const samples = new Samples();
    for (const slot of ["green", "blue"] as const)
      for (const sample of requests(slot, "user", 120, 0, "ok")) samples.add(sample);
    for (const slot of slots) samples.waits(slot, "10.0.0.1:8080", noon, waiting(slot));
    return liveComparison.read(given(samples));
  };
  const [none, both, candidate] = [await read(), await read("green", "blue"), await read("green")];
  assert.deepEqual([none.verdict, both.verdict, candidate.verdict], ["pass", "pass", "fail"], candidate.why);
  assert.match(candidate.why, / later than \d+ ms, live 0 of /);
});
