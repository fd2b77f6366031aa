import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { commandFlags, flagsNpmTook } from "../../bin/flags-npm-took.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Types a command line of npm in a folder of the repository; nothing of the npm that runs the tests is passed on. */
async function type(folder: string, ...words: string[]) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/.test(name)),
  );
  const child = spawn("npm", words, {
    cwd: join(repository, folder),
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const err = Buffer.concat(await child.stderr.toArray()).toString();
  if (child.exitCode === null) await once(child, "close");
  return { code: child.exitCode, err: err.replaceAll(/^npm warn .*\n/gm, "") };
}

describe("through npm itself", () => {
  test("flags before npm's -- are said to be npm's, with the line to type, and exit 2", async () => {
    const [listed, named] = await Promise.all([
      type("", "run", "-s", "rehearse", "--list"),
      type("", "run", "-s", "check", "smoke", "--url=http://127.0.0.1:9"),
    ]);
    assert.deepEqual(listed, {
      code: 2,
      err:
        'error: npm has taken --list for itself: a command\'s flags stand behind " -- ".\n' +
        "Type: npm run rehearse -- --list\n",
    });
    assert.equal(named.code, 2);
    assert.match(named.err, /^Type: npm run check -- --url=http:\/\/127\.0\.0\.1:9 smoke$/m);
  });

  test("a relative path is one from where the person stands", async () => {
    const { code, err } = await type("docs", "run", "-s", "rehearse", "--", "--json", "nowhere/x.json");
    assert.equal(code, 2);
    assert.match(
      err.replaceAll("\n", " "),
      /--json docs\/nowhere\/x\.json: the folder .*docs\/nowhere does not exist/,
    );
  });
});

test("what npm took is told with the words that were left, as far as they say whose they are", () => {
  const took = (environment: Record<string, string>, ...words: string[]) =>
    flagsNpmTook("rehearse", words, environment)?.split("\n")[1] ?? null;
  assert.equal(took({}), null);
  assert.equal(took({ npm_config_registry: "x", npm_config_yes: "", npm_config_list: "" }), null);
  assert.equal(took({ npm_config_scenario: "true" }, "crash"), "Type: npm run rehearse -- --scenario crash");
  assert.equal(took({ npm_config_seed: "7" }), "Type: npm run rehearse -- --seed=7");
  assert.equal(
    took({ npm_config_health_path: "true" }, "/x", "smoke"),
    "Type: npm run rehearse -- --health-path …",
  );
});

test("every flag that a command's help shows is recognised when npm took it, and no other", async () => {
  const modules = Object.values(scripts).flatMap(
    (line) => /^node bin\/start\.mjs (\S+)$/.exec(line)?.[1] ?? [],
  );
  const shown = new Set<string>();
  for (const module of modules) {
    const child = spawn(process.execPath, ["bin/start.mjs", module, "--help"], { cwd: repository });
    const help = Buffer.concat(await child.stdout.toArray()).toString();
    for (const [, flag = ""] of help.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)) shown.add(flag);
  }
  // npm answers that one itself.
  shown.delete("help");
  assert.deepEqual(commandFlags.toSorted(), [...shown].toSorted());
});
