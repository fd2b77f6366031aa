import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, regressions, tolerance } from "../../tools/bench/accepted.ts";
import type { Figure } from "../../tools/bench/bench.ts";
import type { BenchResult } from "../../tools/bench/report.ts";

const speed = (value: number): Figure => ({
  name: "sidecar / peer: requests/s",
  value,
  unit: "ratio",
  atLeast: 1,
});
const latency = (value: number): Figure => ({
  name: "sidecar / peer: p99",
  value,
  unit: "ratio",
  atMost: 1,
});
const result = (...figures: Figure[]): BenchResult => ({ name: "sidecar", title: "", tookMs: 1, figures });
const accepted = accept({}, [result(speed(2), latency(0.5))]);

test("a ratio may be worse than the accepted one by a quarter and no more, on its own side", () => {
  const at = (...figures: Figure[]) => regressions(accepted, [result(...figures)]);
  assert.deepEqual(at(speed(2 / tolerance), latency(0.5 * tolerance)), []);
  assert.deepEqual(at(speed(20), latency(0.01)), [], "better is never worse");
  assert.deepEqual(at(speed(1.59), latency(0.63)), [
    "sidecar: sidecar / peer: requests/s is 1.59, and 2 was accepted: worse by more than 25 %. If that is wanted: npm run bench -- sidecar --accept",
    "sidecar: sidecar / peer: p99 is 0.63, and 0.5 was accepted: worse by more than 25 %. If that is wanted: npm run bench -- sidecar --accept",
  ]);
});

test("what is new, has no limit or is no ratio is held to nothing", () => {
  const others: Figure[] = [
    { name: "new", value: 9, unit: "ratio", atMost: 10 },
    { name: "without a side", value: 9, unit: "ratio" },
    { name: "sidecar / peer: p99", value: 900, unit: "ms", atMost: 1_000 },
  ];
  assert.deepEqual(regressions(accepted, [result(...others)]), []);
  assert.deepEqual(Object.keys(accept({}, [result(...others)])["sidecar"] ?? {}), ["new"]);
});

test("accepting one bench leaves what was accepted of the others", () => {
  const both = accept({ balancer: { "with / without": 1.1 } }, [result(speed(1.234_56))]);
  assert.deepEqual(both, {
    balancer: { "with / without": 1.1 },
    sidecar: { "sidecar / peer: requests/s": 1.235 },
  });
});
