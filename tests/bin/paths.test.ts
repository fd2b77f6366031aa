import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { cp, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

test("no file takes a URL's path for a path of the file system, in which a space is %20", () => {
  const files = globSync("**/*.{ts,mjs,cjs}", { cwd: repository, exclude: ["**/node_modules/**"] });
  assert.ok(files.length > 700);
  const wrong = files.filter((name) =>
    /import\.meta\.url\)\s*\.pathname/.test(readFileSync(join(repository, name), "utf8")),
  );
  assert.deepEqual(wrong, []);
});

/** Minutes on a machine that does much else. */
const timeout = 400_000;

test(
  "a rehearsal is played where the folder's name has a space, an é, a % and a #, and no function fails there",
  { timeout },
  async (t) => {
    const temporary = mkdtempSync(join(tmpdir(), "paths-"));
    t.after(() => rm(temporary, { recursive: true, force: true }));
    const folder = join(temporary, "my hub é 100%25 #1");
    await copyRepository(folder);
    const run = spawn(process.execPath, ["bin/start.mjs", "rehearsal/main.ts", "--scenario", "refused"], {
      cwd: folder,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    for (const stream of [run.stdout, run.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => said.push(part));
    t.after(() => run.kill("SIGTERM"));
    const [code] = (await once(run, "close")) as [number | null];
    const output = said.join("");
    assert.equal(code, 0, output);
    assert.match(output, /^1 of 1 promises kept$/m);
    assert.doesNotMatch(output, /note: the function/);
  },
);

/** The repository's files, with its own packages among the modules and the installed ones beside them. */
async function copyRepository(to: string): Promise<void> {
  mkdirSync(to);
  const skipped = new Set(["node_modules", ".git"]);
  for (const name of readdirSync(repository))
    if (!skipped.has(name))
      await cp(join(repository, name), join(to, name), {
        recursive: true,
        filter: (source) => !source.includes("node_modules", repository.length),
      });
  const modules = join(repository, "node_modules");
  mkdirSync(join(to, "node_modules"));
  for (const name of readdirSync(modules)) {
    if (name === ".cache") continue;
    const own = lstatSync(join(modules, name)).isSymbolicLink();
    const target = own ? await readlink(join(modules, name)) : join(modules, name);
    await symlink(target, join(to, "node_modules", name));
  }
}
