import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { readFlags } from "../../rehearsal/flags.ts";
import { sampleImage } from "../../rehearsal/stage/config.ts";
import { guardedHub, ownHub } from "./hubs.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Types `npm run doctor -- WORDS`. */
async function doctor(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  folder = repository,
) {
  const files = ["bin/start.mjs", "doctor/main.ts"];
  const command = folder === repository ? files : files.map((file) => join(repository, file));
  const child = spawn(process.execPath, [...command, ...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (part: Buffer) => (texts.out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (texts.err += part.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("what it writes is what a rehearsal reads, and is not written over", async (t) => {
  const folder = folderOf(t);
  const url = await guardedHub(t);
  const words = ["--url", url, "--write", folder, "--command", "node hub.ts {port}"];
  const first = await doctor(words);
  assert.deepEqual([first.code, first.err], [0, ""], first.out);
  assert.deepEqual(readdirSync(folder).toSorted(), ["Pulumi.own-hub-x.yaml", "images.own-hub-x.json"]);
  const [config, images] = [join(folder, "Pulumi.own-hub-x.yaml"), join(folder, "images.own-hub-x.json")];
  const said = first.out.replaceAll(/ \\\n +/g, " ");
  assert.ok(said.endsWith(`\nType: npm run rehearse -- --images ${images} --config ${config}\n`), said);
  assert.deepEqual(
    first.out.split("\n").filter((line) => line.length > 100 && !line.includes(folder)),
    [],
  );

  const read = await readFlags(["--scenario", "cutover", "--images", images, "--config", config]);
  assert.ok(typeof read !== "number");
  const { port: _, ...hub } = read.config["hub"] as Record<string, unknown>;
  assert.deepEqual(hub, {
    healthPath: "/health",
    mcpPath: "/mcp",
    transport: "streamable-http",
    host: "loopback",
    tool: "greet",
    toolArguments: { name: "ping" },
  });
  const { image = "" } = read.config["blue"] as { image?: string };
  assert.deepEqual(read.images[image]?.command, ["node", "hub.ts", "{port}"]);
  assert.deepEqual(
    [read.images[image]?.cwd, image === sampleImage, read.notes],
    [repository.slice(0, -1), false, []],
  );

  writeFileSync(config, "mine: true\n");
  rmSync(images);
  const second = await doctor(words);
  assert.deepEqual([second.code, second.out], [2, ""]);
  assert.match(second.err.replaceAll("\n", " "), /is there already, and nothing was written: .*--force/);
  assert.deepEqual(readdirSync(folder), ["Pulumi.own-hub-x.yaml"]);
  assert.equal(readFileSync(config, "utf8"), "mine: true\n");
  const forced = await doctor([...words, "--force"]);
  assert.equal(forced.code, 0, forced.err);
  assert.match(readFileSync(config, "utf8"), /^ {2}hub:hub:$/m);
});

test("without the command that starts the hub, the images file says where it goes, and so does the answer", async (t) => {
  const folder = folderOf(t);
  const { code, out } = await doctor(["--url", await ownHub(t), "--write", folder]);
  assert.equal(code, 0, out);
  assert.match(out, /^put the command that starts it into /m);
  const read = await readFlags(["--images", join(folder, "images.own-hub-x.json")]);
  assert.ok(typeof read !== "number");
  assert.ok(read.images["own-hub-x:1"]?.command.includes("{port}"));
});

test("files are named from where the person stands", async (t) => {
  const folder = folderOf(t);
  const url = await ownHub(t);
  const { code, out } = await doctor(["--url", url, "--write", ".", "--command", "node hub.js {port}"], {
    INIT_CWD: folder,
    npm_lifecycle_script: "node bin/start.mjs doctor/main.ts",
    npm_lifecycle_event: "doctor",
  });
  assert.equal(code, 0, out);
  assert.match(
    out,
    /^Type: npm run rehearse -- --images images\.own-hub-x\.json --config Pulumi\.own-hub-x\.yaml$/m,
  );
  assert.deepEqual(readdirSync(folder).toSorted(), ["Pulumi.own-hub-x.yaml", "images.own-hub-x.json"]);
  const { cwd } = Object.values(
    JSON.parse(readFileSync(join(folder, "images.own-hub-x.json"), "utf8")) as Record<
      string,
      { cwd: string }
    >,
  )[0]!;
  assert.equal(cwd, ".");
});

test("--json says all of it in one document, with the exit code", async (t) => {
  const { code, out, err } = await doctor(["--url", await ownHub(t), "--json"]);
  assert.deepEqual([code, err], [0, ""]);
  const said = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual(
    [said["schema"], said["exitCode"], said["rehearsable"], said["reasons"], said["written"], said["tools"]],
    [1, 0, true, [], [], ["greet"]],
  );
  assert.deepEqual((said["config"] as { blue: object }).blue, { image: "own-hub-x:1" });
});

test("a hub that can't be rehearsed gets no files, ends with 1, and says why", async (t) => {
  const folder = folderOf(t);
  const url = await ownHub(t, { healthPath: "/nowhere" });
  const { code, out } = await doctor(["--url", url, "--write", folder]);
  assert.equal(code, 1);
  assert.match(out, /^not to be rehearsed: no health path says that it is up/m);
  assert.deepEqual(readdirSync(folder), []);
});

test("where nothing listens it ends with 3, in text and in JSON", async () => {
  const [text, json] = await Promise.all([
    doctor(["--url", "http://127.0.0.1:1"]),
    doctor(["--url", "http://127.0.0.1:1", "--json"]),
  ]);
  assert.equal(text.code, 3);
  assert.match(text.out, /^unreachable: nothing answers at http:\/\/127\.0\.0\.1:1/);
  const { exitCode, rehearsable } = JSON.parse(json.out) as Record<string, unknown>;
  assert.deepEqual([json.code, exitCode, rehearsable], [3, 3, null]);
});

for (const { typed, says } of [
  { typed: "", says: /which hub, or which stack\?.*--url http/ },
  { typed: "--url nowhere", says: /--url is the hub's address.*not nowhere.*doctor -- --help/ },
  { typed: "--url URL --write /nowhere/at/all", says: /no folder \/nowhere\/at\/all.*mkdir -p/ },
  { typed: "--url URL --force", says: /--force is about the files that --write FOLDER writes/ },
  { typed: "--url URL --tool-arguments {}", says: /goes with --tool NAME/ },
  { typed: "--url URL --tool x --tool-arguments 7", says: /is a JSON object.*doctor -- --help/ },
  {
    typed: "--url URL --write . --command a|b",
    says: /without a shell, so \| would mean nothing.*--command "sh/,
  },
])
  test(`doctor ${typed} is a mistake, told with what to type`, async () => {
    const words = typed
      .replace("URL", "http://127.0.0.1:1")
      .split(" ")
      .filter((word) => word !== "");
    const { code, out, err } = await doctor(words);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err.replaceAll("\n", " "), says);
  });

test("--stack looks at a stack by its file, says what to mend and ends with 1; what it cannot be asked together is a mistake", async (t) => {
  const { code, err } = await doctor(["--stack", "nobody"]);
  assert.deepEqual([code, err], [2, "error: There is no Pulumi.nobody.yaml here.\nType: pulumi stack ls\n"]);
  const mixed = await doctor(["--stack", "minimal", "--tool", "ping"]);
  assert.deepEqual(
    [mixed.code, mixed.err],
    [2, "error: --tool is about a hub, and --stack about a stack.\nType: npm run doctor -- --help\n"],
  );
  const neither = await doctor([]);
  assert.equal(neither.code, 2);
  assert.match(neither.err, /^error: which hub, or which stack\? /);

  const folder = folderOf(t);
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hub\n");
  writeFileSync(
    join(folder, "Pulumi.mine.yaml"),
    "config:\n  aws:region: us-east-1\n  hub:greenWeight: 101\n",
  );
  const nobody = { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: folder, HOME: folder };
  const text = await doctor(["--stack", "org/hub/mine"], nobody, folder);
  assert.deepEqual([text.code, text.err], [1, ""], text.out);
  assert.match(text.out, /^mine in us-east-1\n\n/);
  assert.match(
    text.out,
    /^ {2}mend {3}config +Pulumi\.mine\.yaml: hub:greenWeight: a weight is at most 100/m,
  );
  assert.match(text.out, /^ {2}mend {3}credentials AWS takes none from here: /m);
  assert.match(
    text.out,
    /\n\d to mend, and 1 could not be looked at\.\nType: npm run doctor -- --stack mine {3}/,
  );
  const json = await doctor(["--stack", "mine", "--json"], nobody, folder);
  const document = JSON.parse(json.out) as { exitCode: number; findings: { state: string; about: string }[] };
  assert.deepEqual([json.code, document.exitCode], [1, 1]);
  const about = document.findings.filter(({ state }) => state === "mend").map((one) => one.about);
  assert.deepEqual(about.slice(-4), ["config", "config", "config", "credentials"]);
});

test("a start command that no rehearsal could start is refused, and a path with spaces is typed with quotes", async (t) => {
  const url = await ownHub(t);
  const spaced = join(folderOf(t), "my hub dir");
  mkdirSync(spaced);
  const refused = async (command: string) => {
    const { code, err } = await doctor(["--url", url, "--write", spaced, "--command", command]);
    assert.equal(code, 2);
    return err.replaceAll("\n", " ");
  };
  assert.match(
    await refused("PORT={port} node hub.js"),
    /starts PORT=\{port\} as a program, .*"env": \{"PORT": "\{port\}"\}/,
  );
  assert.match(
    await refused("node hub.js"),
    /--command has no \{port\}, and a rehearsal starts the hub several times/,
  );
  const { code, out } = await doctor(["--url", url, "--write", spaced, "--command", "node hub.js {port}"]);
  assert.equal(code, 0, out);
  const type = out.slice(out.indexOf("Type: ")).replaceAll(/ \\\n +/g, " ");
  assert.ok(type.includes(`--images '${spaced}/images.own-hub-x.json' --config '${spaced}/`), type);
});
