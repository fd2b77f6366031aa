import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type PropertyMap, UNKNOWN } from "pulumi-engine";
import { Stack } from "pulumi-engine/testing";
import { judgeCandidate } from "../../checks/core/judge-candidate.ts";
import type { Reading } from "../../checks/core/reading.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import type { Progress } from "../../rollout/plugin/progress.ts";
import { trafficSwitch } from "../../rollout/plugin/provider.ts";
import { Work } from "../../rollout/plugin/work.ts";
import { contextWith } from "./fixtures/context.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";
import { documentOf, run } from "./fixtures/terminal.ts";

const example = "./checks/examples/tools-have-descriptions.ts";
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-check-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A module of this text; its path. */
async function module(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** A module whose check judges like this, always with the same measurement. */
const judging = (name: string, judgement: string) =>
  module(
    `${name}.mjs`,
    `export default {
       name: "${name}", question: "Is it 7?", source: "a constant", minimumSamples: 5,
       limit: { value: 7, unit: "", good: "=" },
       measure: async () => 7,
       judge: (measured) => (${judgement}),
     };`,
  );

async function gated(path: string): Promise<Reading> {
  const { readings, verdict } = await judgeCandidate({ context: contextWith(), checks: [path] });
  assert.equal(readings.length, 1);
  assert.equal(verdict, readings[0]?.verdict);
  return readings[0] as Reading;
}

test("a valid own check runs in a gate and by hand, and passes with its sample only", async () => {
  const path = await judging("is-seven", `{ verdict: "pass", value: measured, samples: 5, why: "it is" }`);
  const reading = await gated(path);
  assert.deepEqual(
    [reading.check, reading.verdict, reading.value, reading.minimumSamples],
    ["is-seven", "pass", 7, 5],
  );
  const few = await judging("few", `{ verdict: "pass", value: measured, samples: 4, why: "it is" }`);
  assert.match((await gated(few)).why, /^it is; 4 of the 5 samples that a pass needs$/);

  await using hub = await fixtureHub();
  const alone = documentOf(await run([path, "--json", "--url", hub.url]));
  assert.deepEqual([alone["verdict"], alone["exitCode"]], ["pass", 0]);
  // The fixture's tools have no descriptions, which is what the example looks for.
  const { code, out } = await run([example, "--url", hub.url]);
  assert.equal(code, 1);
  assert.match(
    out,
    /^FAIL {2}tools-have-descriptions {2}2 \(= 0 tools without\).*\n? *without a description/m,
  );
});

test("an own check that misspells a verdict, throws or judges nothing is inconclusive, and its cause is kept", async () => {
  const cases: [name: string, judgement: string, why: RegExp][] = [
    [
      "misspelt",
      `{ verdict: "passed", value: 7, samples: 9, why: "it is" }`,
      /misspelt\.mjs returned no judgement: verdict: .*one of "pass"\|"inconclusive"\|"fail"$/,
    ],
    ["thrown", `(() => { throw new Error("no constant today"); })()`, /: no constant today$/],
    ["nothing", "undefined", /nothing\.mjs returned no judgement: it: /],
    [
      "no-samples",
      `{ verdict: "pass", value: 7, why: "it is" }`,
      /no-samples\.mjs returned no judgement: samples: /,
    ],
  ];
  for (const [name, judgement, why] of cases) {
    const reading = await gated(await judging(name, judgement));
    assert.deepEqual([reading.verdict, reading.value, reading.samples], ["inconclusive", null, 0], name);
    assert.match(reading.why, /^could not be carried out: /);
    assert.match(reading.why, why);
  }
});

/** The switch's inputs in the preview of an empty stack: what other resources give is unknown. */
function emptyStack() {
  const given = ["region", "roleArn", "listenerArn", "targetGroups", "cluster", "services", "hub"];
  const more = ["taskDefinitions", "logGroups", "topics", "evidence"];
  const unknown = Object.fromEntries([...given, ...more].map((key) => [key, UNKNOWN]));
  return { ...inputsFor("http://hub.test"), ...unknown };
}

test("a preview that knows no more than the gates names what is wrong with them, with the path", async () => {
  const broken = {
    missing: join(folder, "missing.mjs"),
    empty: await module("empty.mjs", "export const check = 1;"),
    torn: await module("torn.mjs", "export default {"),
    shapeless: await module(
      "shapeless.mjs",
      `export default {
         name: "Shape Less", question: "?", source: "s", limit: { value: 1, unit: "", good: "<<" },
         measure: 7, judge: () => ({}), maesure: 1,
       };`,
    ),
  };
  const { plan } = inputsFor("http://hub.test");
  const sound = { ...plan, gate: ["error-share", "log-errors", "suite", example] };
  const checked = await trafficSwitch({} as Progress, new Work()).check?.(
    "urn",
    {},
    { ...emptyStack(), plan: sound, commands: { suite: ["true"] } },
  );
  assert.deepEqual(checked?.failures, []);

  const [first, ...others] = plan.steps;
  const unsound = {
    ...plan,
    gate: ["alarms", "wishful-thinking"],
    candidateGate: [broken.missing, broken.empty],
    steps: [{ ...first, gate: [broken.torn, broken.shapeless] }, ...others],
  };
  using stack = new Stack({
    projectFolder: repository,
    plugins: { trafficswitch: join(repository, "rollout/plugin") },
  });
  const inputs = { ...emptyStack(), plan: unsound } as PropertyMap;
  const { ok, diagnostics } = await stack.preview((register) =>
    register({ name: "switch", type: "trafficswitch:index:TrafficSwitch", inputs }),
  );
  assert.equal(ok, false);
  const problem = diagnostics.map(({ message }) => message).join("\n");
  for (const said of [
    /plan\.gate value \{<nil>\} has a problem: the check alarms needs alarms for both colours/,
    /plan\.gate value \{<nil>\} has a problem: there is no check named wishful-thinking; there are: /,
    /plan\.candidateGate value \{<nil>\} has a problem: the check (\S+missing\.mjs) cannot be loaded from \1: Cannot find module/,
    /plan\.candidateGate value \{<nil>\} has a problem: the check \S+empty\.mjs is not valid: it has no default export/,
    /plan\.steps\[0\]\.gate value \{<nil>\} has a problem: the check \S+torn\.mjs cannot be loaded from \S+torn\.mjs: /,
    /shapeless\.mjs is not valid: name: lower-case words.*limit\.good: .*measure: not a function.*"maesure"/,
  ])
    assert.match(problem, said);
});
