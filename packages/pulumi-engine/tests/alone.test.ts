import "reaper/children";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
/** Where the packages are installed that this one needs, and this one among them. */
const installed = fileURLToPath(import.meta.resolve("@pulumi/pulumi")).replace(
  /(.*[\\/]node_modules)[\\/].*/,
  "$1",
);

test("the README's program is deployed and destroyed in a folder of its own", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "alone-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(installed, join(folder, "node_modules"), "dir");
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  const files = [...readme.matchAll(/```ts\n\/\/ (\S+)\n([^]*?)```/g)];
  for (const [, name = "", text = ""] of files) writeFileSync(join(folder, name), text);
  assert.deepEqual(
    files.map(([, name]) => name),
    ["program.ts", "run.ts"],
  );
  const { stdout } = await run(process.execPath, ["run.ts"], { cwd: folder });
  // Two notes and the stack.
  assert.equal(stdout, "3 written after first.txt\n3 true\n");
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".txt")),
    [],
  );
});
