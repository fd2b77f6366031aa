import assert from "node:assert/strict";
import test from "node:test";
import { fuzzCase } from "./fuzz.ts";

/** `FUZZ_CASES=100000 FUZZ_SEED=1 node --expose-gc --test tests/sidecar/fuzz.test.ts` is the whole proof. */
const cases = Number(process.env["FUZZ_CASES"] ?? 2_000);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000_000);

test(`${cases} random streams, cut and mutated, from seed ${seed}`, (t) => {
  assert.ok(Number.isSafeInteger(cases) && cases > 0, "FUZZ_CASES is a whole number above 0");
  const heap: number[] = [];
  for (let index = 0; index < cases; index++) {
    try {
      fuzzCase(seed + index);
    } catch (error) {
      throw new Error(`FUZZ_CASES=1 FUZZ_SEED=${seed + index} shows it again`, { cause: error });
    }
    if (index % Math.ceil(cases / 20) === 0) {
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  const [early, late] = [heap[Math.floor(heap.length / 4)]!, heap.at(-1)!].map((bytes) => bytes / 2 ** 20);
  t.diagnostic(
    `seed ${seed}; heap after a quarter ${early!.toFixed(1)} MB, at the end ${late!.toFixed(1)} MB`,
  );
  if (globalThis.gc) assert.ok(late! < early! + 8, `the heap grew from ${early} to ${late} MB`);
});
