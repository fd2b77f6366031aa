import "reaper/children";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { readFlags } from "../../rehearsal/flags.ts";
import { freePort } from "../../rehearsal/stage/index.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(repository, "docs/your-hub.md"), "utf8");
const hub = /^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? "";

/** A command of the page, by its first words; quoted words are one. */
function typedWords(...first: readonly string[]): string[] {
  const found = page.split("\n").find((text) => text.startsWith(first.join(" ")));
  assert.ok(found !== undefined, `the page has no line ${first.join(" ")}`);
  return [...found.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** A folder like a checkout: the page's hub in it, beside the modules. */
function checkout(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "your-hub-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "my-hub"));
  writeFileSync(join(folder, "my-hub/hub.ts"), hub);
  return folder;
}

/** Starts a hub, and waits until it says that it listens. */
async function start(t: TestContext, words: readonly string[], cwd: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, words, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  assert.match(String(await once(child.stdout, "data")), /^listens on /);
  return child;
}

/** What the page says to type, typed in that folder on another port. */
async function doctor(folder: string, port: number): Promise<string> {
  const [npm, run, name, dashes, ...words] = typedWords("npm", "run", "doctor");
  assert.deepEqual([npm, run, name, dashes], ["npm", "run", "doctor", "--"]);
  const own = words.map((word) => word.replace(":3000", `:${port}`));
  const child = spawn(process.execPath, ["bin/start.mjs", "doctor/main.ts", ...own], {
    cwd: repository,
    env: {
      PATH: process.env["PATH"],
      INIT_CWD: folder,
      npm_lifecycle_script: "node bin/start.mjs doctor/main.ts",
      npm_lifecycle_event: "doctor",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return Buffer.concat(await child.stdout.toArray()).toString();
}

test("the page's hub is twenty lines, is found as the page shows it, and what is written starts it and is rehearsed", async (t) => {
  assert.ok(hub.split("\n").filter((text) => text !== "").length <= 22, hub);
  const folder = checkout(t);
  const port = await freePort();
  await start(t, ["my-hub/hub.ts", String(port)], folder);
  const said = await doctor(folder, port);
  const shown = /^```\n(http:[^]*?)^```$/m.exec(page)?.[1];
  const plain = (text = "") => text.replaceAll(/127\.0\.0\.1:\d+/g, "HUB").replaceAll(/in \d+ ms/g, "in MS");
  assert.equal(plain(said), plain(shown));

  const [, , , , ...rehearse] = typedWords("npm", "run", "rehearse");
  const flags = await readFlags(
    rehearse.map((word) => (word.startsWith("my-hub/") ? join(folder, word) : word)),
  );
  assert.ok(typeof flags !== "number");
  const { image = "" } = flags.config["blue"] as { image?: string };
  const { command = [], cwd = "" } = flags.images[image] ?? {};
  assert.equal(resolve(cwd), resolve(folder));
  assert.deepEqual([flags.names, command.slice(0, 2)], [["cutover"], ["node", "my-hub/hub.ts"]]);
  const another = await freePort();
  await start(
    t,
    command.slice(1).map((word) => word.replace("{port}", String(another))),
    cwd,
  );
  const { healthPath = "" } = flags.config["hub"] as { healthPath?: string };
  assert.equal((await fetch(`http://127.0.0.1:${another}${healthPath}`)).status, 200);
});
