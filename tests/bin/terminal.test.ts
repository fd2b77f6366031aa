import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Ran, commands, noTerminal, repository, type, typeForHead, typeOnTerminal } from "./typed.ts";

/** A value of each flag that takes one; where commands differ, with the command before it. Null: it takes none there. */
const values: Readonly<Record<string, string | null>> = {
  against: "nowhere",
  base: "HEAD",
  command: "own=npm test",
  config: "nowhere.yaml",
  "check report": "nowhere.md",
  diff: "nowhere.txt",
  digest: "0",
  "doctor force": null,
  engine: "embedded",
  evidence: "nowhere.jsonl",
  explain: "latency",
  faults: "1",
  for: "first-hour",
  from: "staging",
  force: "no-healthy-target",
  format: "text",
  "health-path": "/health",
  images: "nowhere.json",
  incident: "nowhere.md",
  kind: "hang",
  "mcp-path": "/mcp",
  nearest: "3",
  out: "nowhere.md",
  population: "calm",
  port: "0",
  post: "hub/status-page",
  profile: "nobody",
  project: "hub",
  prompt: "ping",
  pulumi: "nowhere",
  rate: "5",
  record: "nowhere.yaml",
  region: "us-east-1",
  "rehearse json": "nowhere.json",
  replay: "7",
  report: "nowhere.html",
  rollouts: "10",
  rule: "arn",
  runs: "10",
  sample: "5",
  scenario: "cutover",
  seed: "7",
  seeds: "2",
  sessions: "6",
  shard: "1/2",
  share: "0.1",
  slot: "blue",
  stack: "production",
  to: "production",
  tool: "ping",
  "tool-arguments": "{}",
  transport: "sse",
  url: "http://127.0.0.1:9",
  weight: "25",
  where: "any-tool",
  why: "to see",
  write: "nowhere",
};

/** A flag as it is typed for a command. */
function typed(name: string, flag: string): string {
  const key = [`${name} ${flag}`, flag].find((one) => Object.hasOwn(values, one));
  const value = key === undefined ? null : values[key];
  return value === null ? `--${flag}` : `--${flag}=${value}`;
}

/** Flags that a command's help shows as its own: not those of other commands in its examples. */
function flagsIn(name: string, help: string): string[] {
  const own = help.replaceAll(/npm run (?:-s )?([a-z:-]+) .*$/gm, (line, of: string) =>
    of === name ? line : "",
  );
  const flags = [...own.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag);
  return [...new Set(flags)].filter((flag) => flag !== "help");
}

/** Flags in lines of which each may be typed at once; two that say the same thing are not. */
function together(flags: readonly string[]): string[][] {
  const alone = flags.includes("tool-arguments") && flags.includes("prompt") ? ["prompt"] : [];
  return [flags.filter((flag) => !alone.includes(flag)), alone].filter((line) => line.length > 0);
}

/** What each command prints for `--help` in a pipe; asked once. */
const helps = new Map<string, Promise<Ran>>();
function helpOf(name: string): Promise<Ran> {
  const asked = helps.get(name) ?? type(name, "--help");
  helps.set(name, asked);
  return asked;
}

if (noTerminal !== false) test("commands are typed in a pipe only", { skip: noTerminal }, () => undefined);

// Each command, in a pipe and on a terminal. Tests of their own: all of them together take longer than one may.
for (const { name } of commands) {
  test(`${name} --help shows in 100 columns how it is typed, with an example and its exit codes, and ends with 0`, async () => {
    const { code, out, err } = await helpOf(name);
    assert.deepEqual([code, err], [0, ""]);
    assert.ok(out.startsWith(`npm run ${name} -- `), out);
    assert.match(out, /^Exit\b.*\b0 .*\b2 /im);
    assert.match(out, new RegExp(`^Example: npm run (-s )?${name}\\b`, "m"));
    assert.deepEqual(
      out.split("\n").filter((line) => line.length > 100),
      [],
    );
    const left = await typeForHead(name, "--help");
    assert.deepEqual(left, { code: 0, out: out.slice(0, out.indexOf("\n") + 1), err: "" });
    if (noTerminal !== false) return;
    assert.deepEqual(await typeOnTerminal(name, "--help"), { code: 0, out });
  });

  test(`${name} names the option that it does not know, and ends with 2`, async () => {
    const { code, out, err } = await type(name, "--no-such-option");
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /'--no-such-option'/);
    assert.ok(err.includes(`npm run ${name} -- `), err);
    if (noTerminal !== false) return;
    assert.deepEqual(await typeOnTerminal(name, "--no-such-option"), { code: 2, out: err });
  });

  test(`${name} takes every flag that its help shows, with a value or without as it is shown`, async () => {
    const { out } = await helpOf(name);
    for (const flags of together(flagsIn(name, out))) {
      const words = [...flags.map((flag) => typed(name, flag)), "--help"];
      const piped = await type(name, ...words);
      assert.deepEqual([piped.code, piped.err], [0, ""], words.join(" "));
    }
  });
}

for (const line of [
  "matrix --json --kind hang",
  "aa --rollouts 1",
  "simulate --replay 7",
  "rehearse --list",
  "check --list",
]) {
  const [name = "", ...words] = line.split(" ");
  test(`a reader who leaves after a line ends npm run ${name} -- ${words.join(" ")}`, async () => {
    const { code, out, err } = await typeForHead(name, ...words);
    assert.equal(err, "");
    assert.equal(out.split("\n").length, 2, out);
    // It had said all, or was told that nobody listens: 141 is the shell's own code for that.
    assert.ok(code === 0 || code === 141, `exit code ${code}`);
  });
}

/** Pages that people read, and the workflows that they copy. */
const pages = globSync("{README,CONTRIBUTING,ARCHITECTURE,SECURITY}.md", { cwd: repository }).concat(
  globSync("docs/{*.md,workflows/*.yml}", { cwd: repository }),
);

/** Lines of a page that start a command, as name and words; what a page leaves out (`…`) is made up. */
function linesOf(page: string): { name: string; words: string[] }[] {
  const text = readFileSync(`${repository}${page}`, "utf8");
  return [...text.matchAll(/\bnpm run (?:-s )?([a-z:-]+) +-- ((?:(?! {2}| [#>|&]|`).)+)/g)].map(
    ([, name = "", rest = ""]) => {
      const words = rest.replaceAll("…", "http://127.0.0.1:9").match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
      return { name, words: words.map((word) => word.replaceAll(/^["']|["']$/g, "")) };
    },
  );
}

/** Of the lines that give a command the same flags, the first with its page. */
const lines = new Map(
  pages
    .flatMap((page) => linesOf(page).map((line) => ({ page, ...line })))
    .filter(({ name }) => commands.some((command) => command.name === name))
    .toReversed()
    .map((line) => [[line.name, ...line.words.filter((word) => word.startsWith("--"))].join(" "), line]),
);

test("the pages' command lines are found", () => {
  assert.ok(lines.size > 25, `${lines.size} kinds of lines`);
});

for (const { page, name, words } of lines.values())
  test(`a line of ${page} is one that the command takes: npm run ${[name, "--", ...words].join(" ")}`, async () => {
    const { code, err } = await type(name, ...words, "--help");
    assert.deepEqual([code, err], [0, ""]);
  });

test("every flag that a page names by itself is shown by some command's help", async () => {
  const shown = await Promise.all(commands.map(async ({ name }) => flagsIn(name, (await helpOf(name)).out)));
  const known = new Set(shown.flat());
  /** Node's own, and what all commands have. */
  const others = ["max-semi-space-size", "help"];
  const unknown = pages.flatMap((page) =>
    [...readFileSync(`${repository}${page}`, "utf8").matchAll(/`--([a-z][a-z-]*)/g)].flatMap(
      ([, flag = ""]) => (known.has(flag) || others.includes(flag) ? [] : [`${page}: --${flag}`]),
    ),
  );
  assert.deepEqual(unknown, []);
});

test("what is nearly a name is answered with the name that was meant, and 2", async () => {
  for (const [line, meant] of [
    ["check --ulr http://127.0.0.1:9", /Unknown option '--ulr': did you mean url\?/],
    ["check smoek --url http://127.0.0.1:9", /no check or group named smoek: did you mean smoke\?/],
    ["rehearse --scenario cutovr", /no scenario "cutovr"; did you mean cutover\?/],
  ] as const) {
    const [name = "", ...words] = line.split(" ");
    const { code, out, err } = await type(name, ...words);
    assert.deepEqual([code, out], [2, ""], line);
    assert.match(err.replaceAll("\n", " "), meant);
    if (noTerminal !== false) continue;
    const seen = await typeOnTerminal(name, ...words);
    assert.equal(seen.code, 2, seen.out);
    assert.match(seen.out.replaceAll("\n", " "), meant);
  }
});
