import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { marked } from "marked";

/** How wide a comment's text is on GitHub's page of a pull request, in pixels, and on a window half as wide. */
const widths = [830, 560];
const names = [process.env["CHROMIUM"] ?? "chromium", "chromium-browser", "google-chrome"];
const browser = names.find((name) => spawnSync(name, ["--version"]).status === 0);

/** Fonts, paddings and borders of GitHub's own style for Markdown (github-markdown-css), as far as they take room. */
const style = `
body { margin: 0; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
code, pre { font: 85% ui-monospace, Menlo, Consolas, monospace; }
pre { padding: 16px; overflow: auto; }
blockquote { margin: 0 0 16px; padding: 0 1em; border-left: 0.25em solid; }
ul { padding-left: 2em; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
th, td { padding: 6px 13px; border: 1px solid; }
`;

interface Measured {
  readonly name: string;
  readonly width: number;
  /** Of each table, in pixels: what it needs, and what it has. */
  readonly tables: readonly { readonly needs: number; readonly has: number }[];
  /** What the whole comment needs, code aside, which scrolls on GitHub as well. */
  readonly needs: number;
}

/** Renders comments in columns of that width, and measures them in a browser. */
function measure(comments: Readonly<Record<string, string>>, width: number): Measured[] {
  const columns = Object.entries(comments).map(
    ([name, text]) =>
      `<section data-name="${name}" style="width:${width}px">${marked
        .parse(text, { gfm: true, async: false })
        .replaceAll("<details>", "<details open>")}</section>`,
  );
  const script = `
    const seen = [...document.querySelectorAll("section")].map((section) => ({
      name: section.dataset.name, width: section.clientWidth, needs: section.scrollWidth,
      tables: [...section.querySelectorAll("table")].map((of) => ({ needs: of.scrollWidth, has: of.clientWidth })),
    }));
    document.body.innerHTML = "";
    document.body.dataset.seen = JSON.stringify(seen);`;
  const folder = mkdtempSync(join(tmpdir(), "comment-"));
  try {
    const page = join(folder, "page.html");
    const html = `<!doctype html><meta charset="utf-8"><style>${style}</style>${columns.join("\n")}<script>${script}</script>`;
    writeFileSync(page, html);
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      `--user-data-dir=${join(folder, "profile")}`,
    ];
    const { stdout, stderr } = spawnSync(browser ?? "", [...flags, "--dump-dom", pathToFileURL(page).href], {
      encoding: "utf8",
      timeout: 90_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    const [, seen] = /data-seen="([^"]*)"/.exec(stdout) ?? [];
    assert.ok(seen, `the browser measured nothing: ${stderr}`);
    return JSON.parse(seen.replaceAll("&quot;", '"').replaceAll("&amp;", "&")) as Measured[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const files = globSync("{golden,pull-request}/*.md", { cwd: import.meta.dirname });
const comments = Object.fromEntries(
  files.map((file) => [basename(file), readFileSync(join(import.meta.dirname, file), "utf8")]),
);

test(
  "in a browser no table of a plan is wider than a pull request's comment, and nothing runs out of it",
  {
    skip:
      browser === undefined &&
      "no Chromium here measures the comments: apt-get install chromium, or name it with CHROMIUM",
  },
  () => {
    assert.ok(files.length > 12, `${files.length} comments`);
    for (const width of widths) {
      // A table that is too wide by its make, so that it is known that one is seen.
      const control = `| a | b |\n| - | - |\n| ${"wide".repeat(60)} | ${"wide".repeat(60)} |\n`;
      const measured = measure({ ...comments, control }, width);
      const tooWide = measured.filter(
        ({ tables, needs }) => needs > width || tables.some((table) => table.needs > table.has),
      );
      assert.deepEqual(
        tooWide.map(({ name }) => name),
        ["control"],
      );
      assert.ok(measured.flatMap(({ tables }) => tables).length >= 6);
    }
  },
);
