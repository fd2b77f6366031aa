import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { seeded } from "local-aws/random";
import { campaign } from "../../tools/mutants/campaign.ts";
import { draw, drawEvenly } from "../../tools/mutants/draw.ts";
import type { RoomMutant } from "../../tools/mutants/mutant.ts";
import { countRooms, exitCodeOf, renderJson, renderTable } from "../../tools/mutants/report.ts";

const signal = new AbortController().signal;
const sumText = "export const sum = (a, b) => a + b;\nexport const zero = () => 0;\n";
let repository: string;

/** A repository with a file of two functions, of which its test looks at one. */
before(() => {
  repository = mkdtempSync(join(tmpdir(), "campaign-"));
  for (const folder of ["packages", "node_modules"]) mkdirSync(join(repository, folder));
  writeFileSync(join(repository, "package.json"), '{"type":"module"}');
  writeFileSync(join(repository, "sum.js"), sumText);
  const head =
    'import assert from "node:assert";\nimport test from "node:test";\nimport { sum } from "./sum.js";\n';
  writeFileSync(
    join(repository, "sum.test.js"),
    `${head}test("two and three is five", () => assert.equal(sum(2, 3), 5));\n`,
  );
  writeFileSync(
    join(repository, "red.test.js"),
    `${head}test("no sum is two", () => assert.equal(sum(1, 1), 3));\n`,
  );
  execFileSync("git", ["init", "--quiet"], { cwd: repository });
});
after(() => rmSync(repository, { recursive: true, force: true }));

const mutant = (does: string, from: string, to: string, over: Partial<RoomMutant> = {}): RoomMutant => ({
  room: "sums",
  does,
  file: "sum.js",
  before: from,
  after: to,
  tests: ["sum.test.js"],
  ...over,
});
const killed = mutant("sums are differences", "a + b", "a - b");
const survivor = mutant("zero is one", "=> 0", "=> 1");
const forever = "=> Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
const hanging = mutant("sums take for ever", "=> a + b", forever);

test("a mutant that a test notices is killed, by that test's name, and one that none notices survives", async () => {
  const seen: string[] = [];
  const all = await campaign({
    repository,
    mutants: [killed, survivor, { ...survivor, does: "zero is nought", equivalent: "nobody asks" }],
    signal,
    onTried: ({ ending }, at) => void seen.push(`${at} ${ending}`),
  });
  assert.deepEqual(seen, ["1 killed", "2 survived", "3 equivalent"]);
  assert.deepEqual(
    all.map(({ by }) => by),
    [["two and three is five"], [], []],
  );
  assert.equal(exitCodeOf(all), 1);
  assert.deepEqual(countRooms(all), [
    { room: "sums", killed: 1, survived: 1, untold: 0, equivalent: 1, rate: 50 },
  ]);
  assert.match(
    renderTable(all),
    /^sums +1 +1 +0 +1 +50 %\nall +1 +1 +0 +1 +50 %\nsurvived: sums: zero is one \(/m,
  );
  const { rooms, mutants } = JSON.parse(renderJson(all, 7)) as { rooms: unknown; mutants: unknown[] };
  assert.deepEqual([rooms, mutants.length], [countRooms(all), 3]);
  assert.equal(readFileSync(join(repository, "sum.js"), "utf8"), sumText, "the original is as it was");
});

test("tests that do not end with a mutant are ended, and whether they noticed it cannot be told", async () => {
  const all = await campaign({ repository, mutants: [hanging], signal, limitMs: () => 500 });
  assert.deepEqual(
    all.map(({ ending, by }) => [ending, by]),
    [["timed out", []]],
  );
  assert.equal(exitCodeOf(all), 3);
});

test("a mutant whose place is gone, or is there twice, is named before any is run", async () => {
  const ran: string[] = [];
  const lost = [
    mutant("sums are products", "a x b", "a * b"),
    mutant("constants are variable", "export const", "export let"),
    mutant("nobody knows the file", "a", "b", { file: "gone.js" }),
  ];
  const onTried = ({ does }: RoomMutant) => void ran.push(does);
  await assert.rejects(
    campaign({ repository, mutants: [killed, ...lost], signal, onTried }),
    (error: Error) => {
      assert.equal(error.name, "UsageError");
      for (const { does, file } of lost)
        assert.ok(error.message.includes(`${does}\n    ${file}`), error.message);
      assert.ok(!error.message.includes(killed.does));
      return true;
    },
  );
  assert.deepEqual(ran, []);
});

test("tests that fail without a mutant tell nothing of one", async () => {
  const mutants = [{ ...killed, tests: ["red.test.js"] }, killed];
  const tried = await campaign({ repository, mutants, signal });
  assert.deepEqual(
    tried.map(({ ending, by }) => [ending, by]),
    [
      ["red without", ["no sum is two"]],
      ["killed", tried[1]?.by],
    ],
    "the others are tried all the same",
  );
  assert.equal(exitCodeOf(tried), 3);
});

test("a sample has so many mutants, the same ones for a seed, in their own order", () => {
  const all = Array.from({ length: 40 }, (_, at) => at);
  const drawn = draw(all, 10, seeded(7));
  assert.equal(new Set(drawn).size, 10);
  assert.deepEqual(drawn, draw(all, 10, seeded(7)));
  assert.notDeepEqual(drawn, draw(all, 10, seeded(8)));
  assert.deepEqual(
    drawn,
    drawn.toSorted((a, b) => a - b),
  );
  assert.deepEqual(draw(all, 99, seeded(7)), all);
});

test("a sample of several rooms has as many of each, and more of the others where one has too few", () => {
  const rooms = ["a", "b", "c"].map((name, at) =>
    Array.from({ length: [40, 2, 40][at] as number }, () => name),
  );
  const drawn = drawEvenly(rooms, 20, seeded(7));
  const counts = [...Map.groupBy(drawn, (name) => name)].map(([name, all]) => `${all.length} ${name}`);
  assert.deepEqual(counts.toSorted(), ["2 b", "9 a", "9 c"]);
  assert.equal(drawEvenly(rooms, 200, seeded(7)).length, 82);
});

test("a room that has none and a seed for nothing are usage errors with what to type", () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, ["bin/start.mjs", "tools/mutants/main.ts", ...words], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      encoding: "utf8",
    });
  for (const [words, sentence] of [
    [["cellar"], /^error: there is no room "cellar" with mutants; there are domain, checks, /],
    [["--seed", "7"], /^error: --seed says what --sample draws: give --sample N as well\.$/m],
    [["--sample", "0"], /^error: --sample is "0": give a whole number of at least 1\.$/m],
    [["--hold"], /^error: --nearest and --hold are about mutants made by rule: give --generated as well\.$/m],
    [["--generated", "cellar"], /^error: there is no room "cellar" with mutants; there are domain, policy, /],
    [["--fast"], /^error: Unknown option '--fast'/],
  ] as const) {
    const { status, stdout, stderr } = run(...words);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, sentence);
    assert.match(stderr, /^Type: npm run mutants -- --help$/m);
  }
  const { status, stdout } = run("--help");
  assert.equal(status, 0);
  assert.match(stdout, /^Example: npm run mutants -- /m);
});
