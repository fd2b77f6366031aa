import "reaper/children";
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { healthPath } from "../../domain/telemetry.ts";
import { hubConfig, parseConfig } from "../../infra/config.ts";
import { slotOf } from "../../infra/config.ts";
import { containersOf } from "../../infra/containers.ts";
import { sidecarFlags } from "../../rehearsal/stage/config.ts";
import { containerFacts } from "../infra/container-facts.ts";
import { listen } from "./kit.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(top, path), "utf8");

/** A Dockerfile's instructions, each with its arguments, stage by stage. */
type Stage = { readonly word: string; readonly rest: string }[];
function stagesOf(text: string): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !line.startsWith("#") && line.trim() !== "")
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  const stages: Stage[] = [[]];
  for (const line of lines) {
    const [, word = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    assert.notEqual(word, "", `no instruction: ${line}`);
    if (word === "FROM") stages.push([]);
    stages.at(-1)!.push({ word, rest });
  }
  return stages;
}
const [before, build, last] = stagesOf(read("sidecar/Dockerfile")) as [Stage, Stage, Stage];
const all = (stage: Stage, word: string) => stage.filter((one) => one.word === word).map(({ rest }) => rest);
/** The one instruction of its kind. */
function only(stage: Stage, word: string): string {
  const found = all(stage, word);
  assert.equal(found.length, 1, word);
  return found[0]!;
}
/** What the image's files are made from, as the context names it. */
const copied = all(build, "COPY").flatMap((rest) => rest.split(/ +/).slice(0, -1));

/** Whether the file reaches the build: the last pattern that fits decides. */
function isSent(path: string): boolean {
  const patterns = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  let sent = true;
  for (const pattern of patterns) {
    const name = pattern.replace(/^!/, "");
    assert.doesNotMatch(name.slice(1), /[*?[]/, "this test knows plain names and a lone asterisk");
    if (name === "*" || path === name || path.startsWith(`${name}/`)) sent = pattern.startsWith("!");
  }
  return sent;
}

test("the image runs as nobody in particular, from an exact version, and the task definition says the same", () => {
  assert.match(only(before, "ARG"), /^NODE_IMAGE=node:\d+\.\d+\.\d+-alpine(@sha256:[0-9a-f]{64})?$/);
  assert.equal(only(last, "FROM"), "${NODE_IMAGE}");
  assert.deepEqual(all(last, "RUN"), [], "the last stage is the same for every architecture");
  const [user, group] = only(last, "USER").split(":").map(Number);
  assert.ok(user! > 0 && group! > 0);
  const config = parseConfig({ blue: { image: "hub:1" }, sidecar: { signingSecret: "hub/signing" } });
  const [, sidecar] = containersOf(config, slotOf(config, "blue"), containerFacts) as Record<
    string,
    unknown
  >[];
  assert.equal(sidecar!["user"], String(user));
  assert.equal(sidecar!["readonlyRootFilesystem"], true);
  assert.deepEqual([sidecar!["command"], sidecar!["entryPoint"]], [undefined, undefined]);
  assert.deepEqual(sidecar!["portMappings"], [
    { containerPort: Number(only(last, "EXPOSE")), protocol: "tcp" },
  ]);
  assert.ok(only(last, "HEALTHCHECK").includes(healthPath));
});

test("what is copied into the image exists, and nothing else is sent to the build", () => {
  assert.deepEqual(copied, ["package.json", "package-lock.json", ".npmrc", "domain", "sidecar"]);
  for (const path of copied) {
    assert.ok(existsSync(join(top, path)), path);
    assert.ok(isSent(path), path);
  }
  const others = readdirSync(top).filter((name) => !copied.includes(name));
  assert.ok(others.length >= 10);
  for (const path of [...others, ".git", ".env", "Pulumi.dev.yaml", "node_modules/zod"])
    assert.equal(isSent(path), false, path);
});

test("what the sidecar is made of is installed without the development's own packages", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const sources = readdirSync(join(top, "sidecar"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const imported = sources.flatMap((name) =>
    [...read(`sidecar/${name}`).matchAll(/(?:from|import\() ?"([^."][^"]*)"/g)].map(([, from]) => from!),
  );
  const packageOf = (from: string) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] as string;
  const packages = new Set(imported.filter((from) => !from.startsWith("node:")).map(packageOf));
  assert.ok(packages.size >= 2, [...packages].join(" "));
  for (const name of [...packages, "esbuild"]) assert.ok(name in dependencies, name);
});

/** The image's own folder, made as the Dockerfile says, with the libraries that are installed here. */
function makeImage(t: TestContext): string {
  const context = mkdtempSync(join(tmpdir(), "sidecar-build-"));
  const image = mkdtempSync(join(tmpdir(), "sidecar-image-"));
  t.after(() => {
    for (const folder of [context, image]) rmSync(folder, { recursive: true, force: true });
  });
  for (const path of copied) cpSync(join(top, path), join(context, path), { recursive: true });
  const [install, bundle, ...more] = all(build, "RUN");
  assert.match(install!, /^npm ci --omit=dev --ignore-scripts /);
  assert.deepEqual(more, []);
  symlinkSync(join(top, "node_modules"), join(context, "node_modules"));
  execFileSync("sh", ["-ec", bundle!], { cwd: context, stdio: ["ignore", "ignore", "inherit"] });
  const [, path, to] = /^--from=build \/build\/(\S+) (\S+)$/.exec(only(last, "COPY"))!;
  cpSync(join(context, path!), join(image, to!, path!));
  return image;
}

test("the files in the image suffice: the sidecar serves, reads its drain flag, is healthy, and ends", async (t) => {
  let state = "ready";
  const hub = await listen(t, (_request, response) => response.end(JSON.stringify({ state })));
  const asked: string[] = [];
  const aws = await listen(t, (request, response) => {
    asked.push(String(request.headers["x-amz-target"]));
    response.setHeader("content-type", "application/x-amz-json-1.0").end("{}");
  });
  const image = makeImage(t);
  const files = readdirSync(image);
  const [program, ...parameters] = JSON.parse(only(last, "CMD")) as string[];
  assert.equal(program, "node");
  assert.deepEqual(
    parameters.slice(0, -1),
    sidecarFlags,
    "the rehearsal and the bench start it as the image does",
  );
  const environment = {
    NODE_ENV: "production",
    SIDECAR_LISTEN: "127.0.0.1:0",
    SIDECAR_HUB: `127.0.0.1:${hub.port}`,
    SIDECAR_SLOT: "blue",
    SIDECAR_RELEASE: "r",
    SIDECAR_NAMESPACE: "n",
    SIDECAR_SIGNING_KEY: "0123456789abcdef0123456789abcdef",
    SIDECAR_CONFIG: JSON.stringify({ flagMs: 50 }),
    SIDECAR_RECORD_TABLE: "t",
    SIDECAR_RECORD_KEY: "s",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${aws.port}`,
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  };
  const child = spawn(process.execPath, parameters, {
    cwd: image,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => void child.kill("SIGKILL"));
  const port = await portOf(child);
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`);
  assert.deepEqual([answer.status, answer.headers.get("x-hub-slot")], [200, "blue"]);
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(asked[0], "DynamoDB_20120810.GetItem");

  const [, health] = / CMD (\[.*\])$/.exec(only(last, "HEALTHCHECK"))!;
  const [node, ...check] = JSON.parse(health!) as string[];
  assert.equal(node, "node");
  const isHealthy = async () => {
    const env = { SIDECAR_LISTEN: `0.0.0.0:${port}` };
    const [code] = await once(spawn(process.execPath, check, { env, stdio: "inherit" }), "exit");
    return code === 0;
  };
  assert.equal(await isHealthy(), true);
  state = "starting";
  assert.equal(await isHealthy(), false);

  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(readdirSync(image), files, "nothing was written");
  const bad = spawnSync(process.execPath, parameters, { cwd: image, env: {}, encoding: "utf8" });
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /SIDECAR_LISTEN is missing/);
});

async function portOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const port = /listening on [\d.]+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error("the sidecar ended before it listened");
}

interface Workflow {
  readonly on: { readonly push: { readonly branches: string[]; readonly paths: string[] } };
  readonly jobs: Record<string, { permissions: Record<string, string>; steps: { readonly run?: string }[] }>;
}

test("the workflow may no more than it needs, and says the line that runs the image by digest", () => {
  const workflow = parse(read(".github/workflows/sidecar-image.yml")) as Workflow;
  assert.deepEqual(Object.keys(workflow.jobs), ["image"]);
  const { permissions, steps } = workflow.jobs["image"]!;
  assert.deepEqual(permissions, { contents: "read", packages: "write" });
  const script = steps.map((step) => step.run ?? "").join("\n");
  for (const part of ["--file sidecar/Dockerfile", "NODE_IMAGE=$BASE", "$version@$digest", "--push"])
    assert.ok(script.includes(part), part);
  assert.match(script, /hub:sidecar:\n +image: \$IMAGE\n/);
  assert.ok("image" in hubConfig.shape.sidecar.unwrap().shape);
  const paths = workflow.on.push.paths.map((path) => path.replace("/**", ""));
  for (const path of [...copied, "sidecar/Dockerfile", ".dockerignore"])
    assert.ok(
      paths.some((one) => path === one || path.startsWith(`${one}/`)),
      path,
    );
  for (const path of paths) assert.ok(existsSync(join(top, path)), path);
});
