import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { groups } from "../../checks/core/groups.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import { scenarios } from "../../rehearsal/scenarios/index.ts";
import { configSchema, keysOf } from "../../tools/docs/config-reference.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string) => readFileSync(join(top, name), "utf8");
const pages = ["*.md", "docs/*.md", "packages/*/README.md"].flatMap((of) => globSync(of, { cwd: top }));
/** What people copy, and what runs here: their commands are typed too. */
const workflows = globSync("{docs,.github}/workflows/*.yml", { cwd: top });
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** A heading as an address within its page, as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .trim()
    .replaceAll(/\s/g, "-");

/** Links of a page to files of this repository that are not there, or to a heading that they do not have. */
function broken(page: string): string[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^(https?|mailto):/.test(link)) return [];
    const [path = "", heading] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(top, file))) return [`${page}: ${link}`];
    if (heading === undefined) return [];
    const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => anchor(text));
    return headings.includes(heading) ? [] : [`${page}: ${link}`];
  });
}

test("every link of a page leads to a file that is there", () => {
  assert.ok(pages.length > 15);
  assert.deepEqual(pages.flatMap(broken), []);
});

test("every npm script that a page names is there", () => {
  const missing = [...pages, ...workflows, ".ci/run"].flatMap((page) =>
    [...read(page).matchAll(/\bnpm run (?:-s )?([a-z][a-z:-]*)/g)].flatMap(([, name = ""]) =>
      name in scripts ? [] : [`${page}: npm run ${name}`],
    ),
  );
  assert.deepEqual(missing, []);
});

/** What a page writes as code: between two backticks, or in a block. */
const codeIn = (page: string): string[] => {
  const text = read(page);
  const blocks = [...text.matchAll(/^```[^\n]*\n([^]*?)^```/gm)].map(([, block = ""]) => block);
  const inline = [...text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, code = ""]) => code,
  );
  return [...blocks, ...inline];
};

/** Folders at the top: what begins with one of them is a path of this repository. */
const folders = new Set(
  readdirSync(top, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
);
const isPath = (text: string): boolean => folders.has(text.split("/")[0] ?? "") && !noPaths.has(text);

/** Methods of MCP and git's tags, whose names begin as folders do. */
const noPaths = new Set(["tools/call", "release/NAME"]);

test("every path that a page names is there", () => {
  const named = pages.flatMap((page) =>
    codeIn(page)
      .flatMap((code) => [...code.matchAll(/(?<![\w./@:-])(\.?[\w-]+\/[\w./*{},-]*[\w*/}])/g)])
      .flatMap(([, path = ""]) => (isPath(path) ? [{ page, path }] : [])),
  );
  assert.ok(named.length > 150, `${named.length} paths`);
  const missing = named.filter(
    ({ page, path }) =>
      globSync(path, { cwd: top }).length === 0 &&
      globSync(path, { cwd: join(top, dirname(page)) }).length === 0,
  );
  assert.deepEqual(
    missing.map(({ page, path }) => `${page}: ${path}`),
    [],
  );
});

test("every scenario, check and output of the stack that a page names is there", () => {
  const found = (pattern: RegExp) =>
    [...pages, ...workflows].flatMap((page) =>
      [...read(page).matchAll(pattern)].flatMap(([, ...names]) =>
        names.flatMap((name) => (name === undefined || /^[A-Z]+$/.test(name) ? [] : [{ page, name }])),
      ),
    );
  const outputs = [...read("infra/index.ts").matchAll(/^export const (\w+) =/gm)].map(
    ([, name = ""]) => name,
  );
  const kinds: [string, readonly string[], { page: string; name: string }[]][] = [
    [
      "scenario",
      [...scenarios.map(({ name }) => name), "all"],
      found(/(?:--scenario[ =]|\bscenarios? `)([\w-]+)/g),
    ],
    [
      "check",
      [...builtInChecks.map(({ name }) => name), ...groups, "verify-evidence"],
      found(/\bnpm run (?:-s )?check +-- ([a-z][\w-]+)/g),
    ],
    ["output", outputs, found(/(?:pulumi stack output |\boutputs? `)(\w+)(?:` and `(\w+))?/g)],
  ];
  for (const [kind, known, named] of kinds) {
    assert.ok(named.length > 0, kind);
    assert.deepEqual(
      named.filter(({ name }) => !known.includes(name)),
      [],
      kind,
    );
  }
});

test("every key of the stack config that a page names is there", () => {
  const keys = keysOf(configSchema()).map(({ path }) => path.replaceAll("[]", ""));
  const top = keys.filter((key) => !key.includes("."));
  // The changelog tells of keys that are no more.
  const named = pages
    .filter((page) => page !== "CHANGELOG.md")
    .flatMap((page) =>
      codeIn(page).flatMap((code) =>
        [...code.matchAll(/(?<![\w./$"-])(?:hub:)?([a-z]\w*)((?:\.[a-z]\w*)+)(?![\w(/-])/g)].flatMap(
          ([, first = "", rest = ""]) =>
            top.includes(first) && !/\.(ts|md|yaml|json|jsonl|html)$/.test(rest)
              ? [{ page, key: first + rest }]
              : [],
        ),
      ),
    );
  assert.ok(named.length > 60, `${named.length} keys`);
  // What is in a record has the names that its user gives it; and one is a host.
  const isThere = (key: string) =>
    key === "hub.example" ||
    keys.includes(key) ||
    keys.some((known) => key.startsWith(`${known}.`) && !keys.some((of) => of.startsWith(`${known}.`)));
  assert.deepEqual(
    named.filter(({ key }) => !isThere(key)),
    [],
  );
});

test("the README is a screen and a half: 1,200 words at most", () => {
  const words = read("README.md")
    .split(/\s+/)
    .filter((word) => word !== "").length;
  assert.ok(words <= 1_200, `${words} words`);
});

test("the index names every page of docs/", () => {
  const index = read("docs/index.md");
  const missing = globSync("*.md", { cwd: join(top, "docs") }).filter(
    (name) => name !== "index.md" && !index.includes(`](${name})`),
  );
  assert.deepEqual(missing, []);
});

test("every page of docs/ opens with a picture or an example before its first table", () => {
  const late = globSync("docs/*.md", { cwd: top }).filter((page) => {
    const lines = read(page).split("\n");
    const table = lines.findIndex((line) => line.startsWith("|"));
    const example = lines.findIndex((line) => line.startsWith("```"));
    return table >= 0 && (example < 0 || example > table);
  });
  assert.deepEqual(late, []);
});
