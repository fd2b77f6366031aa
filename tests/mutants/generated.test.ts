import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type GeneratedTried, tryGenerated } from "../../tools/mutants/generated/campaign.ts";
import { equivalents, excuseOf, speaksOf } from "../../tools/mutants/generated/equivalents.ts";
import { isExecuted } from "../../tools/mutants/generated/executed.ts";
import { type GeneratedMutant, generate, withDefect } from "../../tools/mutants/generated/generate.ts";
import { nearestTests } from "../../tools/mutants/generated/nearest.ts";
import { Noticed, testsByReach } from "../../tools/mutants/generated/order.ts";
import { ReachCache } from "../../tools/mutants/generated/reach-cache.ts";
import { type Reach, reachOf } from "../../tools/mutants/generated/reach.ts";
import {
  belowLine,
  countGenerated,
  generatedJson,
  renderGenerated,
} from "../../tools/mutants/generated/report.ts";
import { generatedRooms, lineOf, roomOf, strictRooms } from "../../tools/mutants/generated/rooms.ts";
import { tryOne } from "../../tools/mutants/generated/try-one.ts";
import { Types } from "../../tools/mutants/generated/types.ts";
import { TreeCopy } from "../../tools/mutants/tree-copy.ts";

const signal = new AbortController().signal;
const file = "domain/sum.ts";
const text = `export const sum = (a: number, b: number): number => a + b;
export function least(a: number, b: number): number {
  return a < b ? a : b;
}
export function many(): number {
  let count = 0;
  while (count < 3) count += 1;
  return count;
}
`;
const sumTest = "tests/sum.test.ts";
const redTest = "tests/red.test.ts";
let repository: string;

function put(name: string, content: string): void {
  mkdirSync(dirname(join(repository, name)), { recursive: true });
  writeFileSync(join(repository, name), content);
}

/** A repository with three functions, of which its test runs two. */
before(() => {
  repository = mkdtempSync(join(tmpdir(), "generated-"));
  for (const folder of ["packages", "node_modules"]) mkdirSync(join(repository, folder));
  put("package.json", '{"type":"module"}');
  put(
    "tsconfig.json",
    '{"compilerOptions":{"strict":true,"noEmit":true,"skipLibCheck":true,"types":[],"lib":["es5"],"target":"es2024","module":"nodenext","allowImportingTsExtensions":true},"include":["domain"]}',
  );
  put(file, text);
  put("domain/twice.ts", 'import { sum } from "./sum.ts";\nexport const twice: number = sum(1, 1);\n');
  const head = 'import assert from "node:assert";\nimport test from "node:test";\n';
  put(
    sumTest,
    `${head}import { many, sum } from "../domain/sum.ts";
test("two and three is five", () => assert.equal(sum(2, 3), 5));
test("many are three", () => assert.equal(many(), 3));
`,
  );
  put(redTest, `${head}test("no sum is two", () => assert.fail());\n`);
  execFileSync("git", ["init", "--quiet"], { cwd: repository });
});
after(() => rmSync(repository, { recursive: true, force: true }));

async function mutantOf(change: string): Promise<GeneratedMutant> {
  const found = (await generate(file, text)).find((one) => one.change === change);
  assert.ok(found, change);
  return found;
}
const timed = [{ test: sumTest, tookMs: 500 }];

test("a mutant made by rule changes its own stretch of the text and no other, and says on which line", async () => {
  const all = await generate(file, text);
  assert.ok(all.length > 10);
  for (const { start, end, line, lineText, change, room } of all) {
    assert.equal(room, "domain");
    assert.equal(change.split(" → ")[0], text.slice(start, end).replaceAll(/\s+/g, " "));
    assert.equal(text.split("\n")[line - 1]?.trim(), lineText);
    assert.equal(text.slice(0, start).split("\n").length, line);
  }
  const one = await mutantOf("a + b → a - b");
  assert.equal(withDefect(text, one), text.replace("a + b", "(a - b)"));
  assert.deepEqual(await generate("tools/mutants/main.ts", text), [], "tools are not mutated");
});

test("what a test file executes is told apart from what it only loads, and what others do is not counted", async () => {
  using copy = new TreeCopy(repository);
  const { passed, executed } = await reachOf(sumTest, copy.folder, 60_000, signal);
  assert.ok(passed);
  const places = executed[file] as number[];
  assert.ok(isExecuted(places, text.indexOf("a + b")));
  assert.ok(isExecuted(places, text.indexOf("count += 1")));
  assert.ok(!isExecuted(places, text.indexOf("a < b")));
  assert.ok(!Object.keys(executed).some((name) => name.startsWith("node_modules/") || name === redTest));
});

test("a campaign says of each mutant which test noticed it, that one hung, that types refuse it, or that it survived", async () => {
  const mutants = [
    await mutantOf("a + b → a - b"),
    await mutantOf("count += 1 → count -= 1"),
    await mutantOf("a < b → a >= b"),
    await mutantOf("{ return a < b ? a : b; } → {}"),
  ];
  let busy = 0;
  const all = await tryGenerated({
    repository,
    mutants,
    testsOf: () => Promise.resolve(timed),
    types: () => ({ complaint: (_, change) => (change(text).includes("number {}") ? "no return" : null) }),
    workers: 2,
    signal,
    limitMs: (ms) => 1_000 + 3 * ms,
    onTried: () => void busy++,
  });
  assert.deepEqual(
    all.map(({ ending, by }) => [ending, by]),
    [
      ["killed", `${sumTest}: two and three is five`],
      ["hung", sumTest],
      ["survived", null],
      ["by types", "no return"],
    ],
  );
  assert.equal(busy, 4);
  assert.equal(readFileSync(join(repository, file), "utf8"), text, "the original is as it was");
});

test("a test that takes longer without the mutant as well has not noticed it", async () => {
  using copy = new TreeCopy(repository);
  put("tests/slow.test.ts", "await new Promise((resolve) => setTimeout(resolve, 600));\n");
  const slow = "tests/slow.test.ts";
  writeFileSync(join(copy.folder, slow), readFileSync(join(repository, slow)));
  const limits = [300, 60_000];
  const mutant = await mutantOf("a + b → a - b");
  const limitMs = () => limits.shift() as number;
  assert.equal(await tryOne(mutant, { copy, tests: [{ test: slow, tookMs: 1 }], signal, limitMs }), null);
  assert.deepEqual(limits, []);
  rmSync(join(repository, slow));
});

test("the type check refuses what the file or one that imports it makes no sense of, and forgets it afterwards", () => {
  const types = new Types(repository);
  const asked = (from: string, to: string) => types.complaint(file, (was) => was.replace(from, to));
  assert.match(asked("=> a + b", '=> ""') ?? "", /not assignable to type 'number'/);
  assert.equal(asked("a + b", "a - b"), null);
  assert.match(asked(": number => a + b", ": string => `${a}`") ?? "", /not assignable to type 'number'/);
});

const reach = (name: string, tookMs: number, executed: Reach["executed"], passed = true): Reach => ({
  test: name,
  tookMs,
  passed,
  executed,
});

test("tests that execute the place come first by how near they are and how little they take, and red ones never", async () => {
  const mutant = await mutantOf("a + b → a - b");
  const near = reach("near", 1_000, { [file]: [0, 200] });
  const far = reach("far", 1_000, { [file]: [0, 200], "infra/all.ts": [0, 9_000] });
  const slow = reach("slow", 3_000, { [file]: [0, 200] });
  const elsewhere = reach("elsewhere", 1, { [file]: [0, mutant.start] });
  const red = reach("red", 1, { [file]: [0, 200] }, false);
  const chosen = testsByReach([far, red, slow, elsewhere, near])(mutant);
  assert.deepEqual(
    chosen.map((one) => one.test),
    ["near", "slow", "far"],
  );
  const noticed = new Noticed();
  noticed.count(file, "far");
  assert.equal(
    noticed.first(file, chosen)[0]?.test,
    "far",
    "what noticed another of the file is asked first",
  );
  assert.equal(noticed.first("domain/other.ts", chosen)[0]?.test, "near");
});

test("what a test file reached is looked at again once a file that it executed has another text", () => {
  const path = join(repository, "node_modules/.cache/reach.json");
  new ReachCache(repository, path).keep(reach(sumTest, 1, { [file]: [0, 1] }));
  assert.equal(new ReachCache(repository, path).get(sumTest)?.test, sumTest);
  assert.equal(new ReachCache(repository, path).get(redTest), null);
  put("domain/twice.ts", `${readFileSync(join(repository, "domain/twice.ts"), "utf8")}\n`);
  assert.ok(new ReachCache(repository, path).get(sumTest), "it does not execute that one");
  put(file, `${text}\n`);
  assert.equal(new ReachCache(repository, path).get(sumTest), null);
  put(file, text);
});

test("the nearest tests of a file are those that import it most directly", () => {
  put("tests/twice.test.ts", 'import "../domain/twice.ts";\n');
  const nearest = nearestTests(repository, [redTest, "tests/twice.test.ts", sumTest], 2);
  assert.deepEqual(nearest(file), [sumTest, "tests/twice.test.ts"]);
  assert.deepEqual(nearest("domain/twice.ts"), ["tests/twice.test.ts"]);
  rmSync(join(repository, "tests/twice.test.ts"));
});

const tried = (room: string, ending: GeneratedTried["ending"]): GeneratedTried => ({
  room,
  file,
  line: 3,
  lineText: "return a < b ? a : b;",
  start: 0,
  end: 1,
  becomes: "",
  rule: "EqualityOperator",
  change: "a < b → a <= b",
  ending,
  by: null,
  tests: 2,
  tookMs: 1,
});

test("a room is held by what tests and types notice of its mutants that are no equivalents, exactly at its line", () => {
  const room = (name: string, killed: number, survived: number) => [
    ...Array.from({ length: killed }, () => tried(name, "killed")),
    ...Array.from({ length: survived }, () => tried(name, "survived")),
  ];
  assert.deepEqual(belowLine([...room("policy", 19, 1), ...room("infra", 17, 3)]), []);
  const below = [...room("policy", 18, 1), ...room("infra", 16, 3)];
  assert.deepEqual(belowLine(below), [
    "policy: 94.7 % noticed, below the line of 95 %; 1 survived",
    "infra: 84.2 % noticed, below the line of 85 %; 3 survived",
  ]);
  const mixed = (["killed", "hung", "by types", "survived", "equivalent"] as const).map((ending) =>
    tried("plan", ending),
  );
  assert.deepEqual(countGenerated(mixed), [
    {
      room: "plan",
      killed: 1,
      hung: 1,
      byTypes: 1,
      survived: 1,
      equivalent: 1,
      byTests: 50,
      noticed: 75,
    },
  ]);
  assert.match(renderGenerated(mixed), /^plan +1 +1 +1 +1 +1 +50 % +75 % +85 %$/m);
  assert.match(
    renderGenerated(mixed),
    /^survived: domain\/sum\.ts:3 \(EqualityOperator; 2 test files reach it\)\n {2}a < b → a <= b$/m,
  );
  const { seed, rooms, mutants } = JSON.parse(generatedJson(mixed, 7)) as Record<string, unknown[]>;
  assert.deepEqual([seed, rooms?.length, mutants?.length], [7, 1, 5]);
  assert.deepEqual(belowLine([tried("plan", "equivalent")]), [], "a room of nothing else is not below");
});

test("each file is in the room with the longest name for it, every room is there, and four are held strictly", () => {
  assert.deepEqual(
    ["checks/gate/x.ts", "checks/statistics/x.ts", "infra/alarms.ts", "infra/stack.ts", "tests/x.ts"].map(
      roomOf,
    ),
    ["checks", "statistics", "alarms", "infra", null],
  );
  const here = fileURLToPath(new URL("../../", import.meta.url));
  for (const beginning of Object.values(generatedRooms).flat())
    assert.ok(existsSync(here + beginning), beginning);
  assert.deepEqual(strictRooms.map(lineOf), [95, 95, 95, 95]);
  assert.equal(lineOf("sidecar"), 85);
});

test("every equivalent in the list is still a mutant that is made, and says why nobody can notice it", async () => {
  const here = fileURLToPath(new URL("../../", import.meta.url));
  for (const [of, entries] of Map.groupBy(equivalents, (one) => one.file)) {
    const made = await generate(of, readFileSync(here + of, "utf8"));
    for (const entry of entries) {
      assert.ok(entry.because.split(" ").length >= 4, `${of}: ${entry.line}`);
      for (const change of entry.changes)
        assert.ok(
          made.some((one) => speaksOf({ ...entry, changes: [change] }, one)),
          `${of} has no such change any more on the line\n  ${entry.line}\n  ${change}`,
        );
    }
  }
  const mutant = await mutantOf("a + b → a - b");
  const entry = { file, line: mutant.lineText, changes: [mutant.change], because: "nobody adds" };
  assert.equal(excuseOf(mutant, [entry]), "nobody adds");
  assert.equal(excuseOf(mutant, [{ ...entry, line: "elsewhere" }]), null);
  assert.equal(excuseOf(mutant, [{ ...entry, changes: ["a + b → a * b"] }]), null);
});
