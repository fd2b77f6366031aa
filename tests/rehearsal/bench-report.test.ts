import assert from "node:assert/strict";
import test from "node:test";
import type { Figure } from "../../tools/bench/bench.ts";
import { renderJson, renderTable } from "../../tools/bench/report.ts";

const figures: Figure[] = [
  { name: "first up", value: 30_372.4, unit: "ms" },
  {
    name: "unchanged up",
    value: 11_034,
    unit: "ms",
    atMost: 3_000,
    note: "the fastest of four runs. ".repeat(5).trim(),
  },
  { name: "requests a second through it", value: 8.125, unit: "req/s", atLeast: 2.5 },
  { name: "a name too long for its column, which is cut and shows that it was", value: 45.25, unit: "ratio" },
];
const results = [{ name: "engine", title: "deploys the program", tookMs: 95_712, figures }];

test("a bench's table has a row for each figure, what limit it kept or broke, and its notes, in 100 columns", () => {
  const lines = renderTable(results).split("\n");
  assert.deepEqual(lines, [
    "engine: deploys the program (took 95.7 s)",
    "  first up                                            30372 ms",
    "  unchanged up                                        11034 ms  at most 3000        BROKEN",
    "      the fastest of four runs. the fastest of four runs. the fastest of four runs. the fastest of",
    "      four runs. the fastest of four runs.",
    "  requests a second through it                      8.13 req/s  at least 2.50       held",
    "  a name too long for its column, which is cu…      45.3 ratio",
    "",
  ]);
});

test("a bench's JSON says of each figure whether it held", () => {
  const { schema, machine, benches } = JSON.parse(renderJson(results, { cpus: 2 })) as {
    schema: number;
    machine: object;
    benches: { name: string; tookMs: number; figures: (Figure & { held: boolean })[] }[];
  };
  assert.deepEqual([schema, machine], [1, { cpus: 2 }]);
  assert.deepEqual(
    benches[0]?.figures.map(({ held }) => held),
    [true, false, true, true],
  );
});
