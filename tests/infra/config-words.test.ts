import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, parseConfig } from "../../infra/config.ts";
import { issueWords } from "../../infra/issue-words.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { type Schema, configSchema } from "../../tools/docs/config-reference.ts";
import { production } from "./program.ts";

function problemsOf(over: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseConfig(layConfig({ ...production }, over));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** How zod begins its own messages (its locale `en`). */
const raw =
  /: (Invalid|Too (big|small)|Unrecognized|expected)\b|\b(expected|received) (string|number|int|object|record|array|boolean)\b/;

/** A value of each type, and such as are too long, too short, too many, too few or of no form. */
const wrong: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  "",
  " ",
  "x".repeat(9_999),
  "http://a b",
  [],
  [null],
  [""],
  [0],
  {},
  { x: null },
  { "": "" },
];

/** The least value that leads to a key: `at` laid into the objects and lists above it. */
const laid = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((below, part) => (part === "[]" ? [below] : { [part]: below }), value);

/** Every key of a schema, deep ones too, members of lists and of records with them. */
function pathsOf(schema: Schema, at: readonly string[] = []): string[][] {
  const { properties = {}, items, anyOf = [], additionalProperties } = schema;
  return [
    [...at],
    ...Object.entries(properties).flatMap(([name, member]) => pathsOf(member, [...at, name])),
    ...(items ? pathsOf(items, [...at, "[]"]) : []),
    ...(typeof additionalProperties === "object" ? pathsOf(additionalProperties, [...at, "NAME"]) : []),
    ...anyOf.flatMap((form) => pathsOf(form, at)),
  ];
}
const paths = pathsOf(configSchema()).filter((path) => path.length > 0);

test("whatever stands where it does not belong, at any key, the problem is told in this program's own words", () => {
  assert.ok(paths.length > 150, `${paths.length} keys`);
  const seen = new Set<string>();
  for (const path of paths)
    for (const value of wrong) {
      const problems = problemsOf(laid(path, value) as Record<string, unknown>);
      for (const problem of problems) {
        assert.doesNotMatch(problem, raw, `${path.join(".")} = ${JSON.stringify(value)}`);
        assert.match(problem, /^hub:[\w.[\]-]*: .*\w{2}/s);
        seen.add(problem.replace(/^\S+ /, "").replace(/; given: .*$/s, ""));
      }
    }
  for (const words of ["must be a list", "must be a text", "must be a whole number", "must not be empty"])
    assert.ok(seen.has(words), words);
});

test("a key of any level that is nearly one that there is, is answered with that one", () => {
  const nearly = (name: string) => `${name}s`;
  const asked = paths.flatMap((path) => {
    const name = path.at(-1) ?? "";
    return name === "[]" || name === "NAME" || path.includes("NAME") ? [] : [{ path, name }];
  });
  assert.ok(asked.length > 120);
  for (const { path, name } of asked) {
    const typo = [...path.slice(0, -1), nearly(name)];
    const said = problemsOf(laid(typo, "x") as Record<string, unknown>).find((problem) =>
      problem.includes("there is no such key"),
    );
    // Beside `cidr` there may be a key `cidrs` in truth.
    if (said === undefined) continue;
    assert.match(said, new RegExp(`there is no such key; did you mean \\w+\\?$`), typo.join("."));
  }
  const [problem] = problemsOf({ rollout: { steps: [{ weight: 100, bake: "5m", gates: ["latency"] }] } });
  assert.equal(problem, "hub:rollout.steps[0].gates: there is no such key; did you mean gate?");
  assert.deepEqual(problemsOf({ hub: { surprise: 1 } }), ["hub:hub.surprise: there is no such key"]);
});

test("a kind of problem that has no words is an error of this program's, not a raw text", () => {
  assert.throws(
    () => issueWords({ code: "not_multiple_of", divisor: 2, origin: "number", input: 1 }),
    /no words/,
  );
  assert.throws(
    () => issueWords({ code: "invalid_type", expected: "date", input: 1 }),
    /no words for what is no date/,
  );
});
