import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string) => readFileSync(join(top, name), "utf8");
const pages = [...globSync("*.md", { cwd: top }), ...globSync("docs/*.md", { cwd: top })];
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
  const missing = pages.flatMap((page) =>
    [...read(page).matchAll(/\bnpm run (?:-s )?([a-z][a-z:-]*)/g)].flatMap(([, name = ""]) =>
      name in scripts ? [] : [`${page}: npm run ${name}`],
    ),
  );
  assert.deepEqual(missing, []);
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
