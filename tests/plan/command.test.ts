import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { metricDimension } from "../../domain/telemetry.ts";
import { parseConfig } from "../../infra/config.ts";
import { switchRequestOf } from "../../infra/switch-request.ts";
import type { PlanDocument } from "../../plan/document.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { production } from "../infra/program.ts";
import { openPlace } from "../rollout/commands-kit.ts";

const name = "Pulumi.production.yaml";

/** A repository whose only commit is the example, with a way to change its config. */
function example(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "plan-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of ["Pulumi.yaml", name]) copyFileSync(join(repository, file), join(folder, file));
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder, stdio: "pipe" });
  git("init", "--quiet");
  git("add", ".");
  git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "deployed");
  return {
    folder,
    change(from: string, to: string) {
      const config = readFileSync(join(folder, name), "utf8");
      assert.ok(config.includes(from));
      writeFileSync(join(folder, name), config.replace(from, to));
    },
  };
}

/** Runs the command as `npm run plan` does, in another project's folder. */
async function plan(
  cwd: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const start = join(repository, "bin/start.mjs");
  const child = spawn(process.execPath, [start, join(repository, "plan/command/main.ts"), ...words], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, out, err };
}
const noAccount = { AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ACCESS_KEY_ID: "", AWS_PROFILE: "nobody" };

test("without an account the plan is that of two versions of the stack config", async (t) => {
  const { folder, change } = example(t);
  const still = await plan(folder, ["--offline"], noAccount);
  assert.deepEqual([still.code, still.err], [0, ""]);
  assert.match(still.out, /^Rollout plan of production, .*, from the stack config of HEAD/);
  assert.match(still.out, /\nNo traffic moves\.\n/);

  change('hub:greenWeight: "0"', 'hub:greenWeight: "100"');
  const moved = await plan(folder, ["--base", "HEAD", "--format", "json"], noAccount);
  assert.deepEqual([moved.code, moved.err], [0, ""]);
  const made = JSON.parse(moved.out) as PlanDocument;
  assert.deepEqual(
    [made.action, made.candidate?.colour, made.steps.map(({ weight }) => weight), made.traffic],
    ["shift", "green", [5, 25, 50, 100], null],
  );

  change("3b5d5c3712955042212316173ccf37be800a1b21d7f5a5e4a4f5f2d7c1b2a390", "f".repeat(64));
  const refused = await plan(folder, ["--offline", "--format", "markdown"], noAccount);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /> \[!CAUTION\]\n> - blue is live and its release would change/);
});

test("without an account, too, the plan says which colour keeps the settings that the stack had", async (t) => {
  const { folder, change } = example(t);
  change("tool: hub__analyze_prompt", "tool: hub__other");
  const kept = await plan(folder, ["--offline"], noAccount);
  assert.deepEqual([kept.code, kept.err], [0, ""]);
  assert.match(
    kept.out,
    /\nKept\n {2}blue keeps the settings of release [0-9a-f]{16} until it is idle: it serves users\n/,
  );
  change("port: 8080", "port: 9090");
  const refused = await plan(folder, ["--offline"], noAccount);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /\nRefused\n {2}This would change sidecar\.port from 8080 to 9090, /);
});

test("a stack that the commit did not have yet is a first deployment", async (t) => {
  const { folder } = example(t);
  copyFileSync(join(folder, name), join(folder, "Pulumi.next.yaml"));
  const { out, code } = await plan(folder, ["--stack", "next", "--offline"], noAccount);
  assert.equal(code, 0);
  assert.match(out, /\nFirst deployment: blue is checked at weight 0 and then made live\.\n/);
});

test("what cannot be planned is a sentence with what to type, and exit code 2", async (t) => {
  const { folder, change } = example(t);
  const says = async (words: readonly string[], message: RegExp) => {
    const { code, err, out } = await plan(folder, words, noAccount);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  };
  await says(
    ["--offline", "--base", "nowhere"],
    /^error: git knows no commit "nowhere" here\. Fetch it first/,
  );
  await says(
    ["--stack", "staging"],
    /^error: There is no Pulumi\.staging\.yaml here\.\nType: pulumi stack ls/,
  );
  await says(
    ["--format", "pdf"],
    /^error: --format is pdf, and takes text, markdown, json\. See: npm run plan -- --help/,
  );
  change('hub:greenWeight: "0"', 'hub:greenWeight: "101"');
  await says(
    ["--offline"],
    /^error: Pulumi\.production\.yaml: The stack config has a problem:\n {2}hub:greenWeight/,
  );
});

test("with an account the plan says who is live, today's traffic and how long the window is open, and writes nothing", async (t) => {
  const place = await openPlace();
  t.after(() => place.close());
  const { folder, change } = example(t);
  change('hub:greenWeight: "0"', 'hub:greenWeight: "100"');
  const { releases } = switchRequestOf(parseConfig(production), {
    project: "hub",
    stack: "production",
    region: "us-east-1",
    profile: undefined,
  });
  const slot = (of: "blue" | "green") => ({ release: releases[of], taskDefinition: `task:${of}` });
  await place.edit((found) => ({
    ...found,
    slots: { blue: slot("blue"), green: slot("green") },
    verified: { colour: "green", release: releases.green, at: 1 },
  }));
  // Only the record says where the metrics are.
  const namespace = (await place.store.read())?.record.inputs?.metricNamespace;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const cloudwatch = new CloudWatchClient({ region: "us-east-1", endpoint: place.aws.endpoint, credentials });
  const put = (MetricName: string, Value: number) =>
    cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: namespace,
        MetricData: [
          {
            MetricName,
            Value,
            Timestamp: new Date(Date.now() - 600_000),
            Dimensions: [{ Name: metricDimension, Value: "blue" }],
          },
        ],
      }),
    );
  await put("Requests", 7_200);
  await put("AnalysisCalls", 900);
  await put("SessionsOpened", 240);
  cloudwatch.destroy();
  place.writes();

  const { out, err, code } = await plan(folder, ["--format", "json"], place.aws.env);
  assert.deepEqual([code, err], [0, ""]);
  const made = JSON.parse(out) as PlanDocument;
  assert.deepEqual(
    [made.live?.colour, made.live?.release, made.candidate?.release, made.verify, made.firing],
    ["blue", releases.blue, releases.green, null, []],
  );
  assert.deepEqual(
    [made.traffic?.requests, made.traffic?.analyses, made.traffic?.sessions],
    [7_200, 900, 240],
  );
  // A fifth of an hour's twelfth part.
  assert.deepEqual(
    made.steps.map(({ users }) => users?.requests.about),
    [30, 150, 300, 1_800],
  );
  assert.deepEqual(place.writes(), []);
});
