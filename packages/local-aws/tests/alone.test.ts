import "reaper/children";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./balancer-kit.ts";

const run = promisify(execFile);
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
/** Where the packages are installed that this one needs, and this one among them. */
const installed = fileURLToPath(import.meta.resolve("@aws-sdk/client-lambda")).replace(
  /(.*[\\/]node_modules)[\\/].*/,
  "$1",
);

test("the README's example runs in a folder of its own", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "alone-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(installed, join(folder, "node_modules"), "dir");
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  const example = /```ts\n\/\/ example\.ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  writeFileSync(join(folder, "example.ts"), example);
  const env = { PATH: process.env["PATH"], PORT: String(await freePort()) };
  const { stdout } = await run(process.execPath, ["example.ts"], { cwd: folder, env });
  assert.equal(stdout, "hello\n[ 'web' ]\nkept\n");
});
