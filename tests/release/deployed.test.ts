import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { finalStates } from "../../domain/rollout-state.ts";
import { weightsFor } from "../../domain/weight.ts";
import { deploymentStatusOf } from "../../release/deployment.ts";
import { openRecords } from "./account.ts";
import { openFolder } from "./kit.ts";

const weights = weightsFor("green", 25);
const last = {
  id: "r1",
  outcome: "paused" as const,
  why: "waits for approval until 18:00",
  at: "2026-01-01T00:00:00Z",
  evidence: "evidence/r1.jsonl",
  evidenceDigest: "d".repeat(64),
};

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** GitHub's deployments, as far as they are asked for. */
async function github(t: TestContext, status = 201) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      asked.push({
        path: request.url ?? "",
        authorization: request.headers.authorization,
        body: body as Record<string, unknown>,
      });
      response.writeHead(status, { "content-type": "application/json" }).end('{"id":7}');
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { asked, api: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const job = (api: string) => ({
  GITHUB_API_URL: api,
  GITHUB_REPOSITORY: "owner/name",
  GITHUB_SHA: "c0ffee",
  GITHUB_TOKEN: "ghs_hush",
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_RUN_ID: "9",
});
const deployed = ["deployed", "--stack", "production"];

test("a rollout that is paused is under way at GitHub although its job has ended well", async (t) => {
  const [folder, records, { asked, api }] = [openFolder(t), await openRecords(t), await github(t)];
  await records.keep("production", { last, weights });
  const { code, out, err } = await folder.run("main", deployed, { ...records.aws.env, ...job(api) });
  assert.deepEqual([code, err], [0, ""]);
  assert.equal(out, "told GitHub: in_progress, paused, blue 75 · green 25: waits for approval until 18:00\n");
  assert.deepEqual(
    asked.map(({ path, authorization }) => [path, authorization]),
    [
      ["/repos/owner/name/deployments", "Bearer ghs_hush"],
      ["/repos/owner/name/deployments/7/statuses", "Bearer ghs_hush"],
    ],
  );
  assert.deepEqual(asked[0]?.body, {
    ref: "c0ffee",
    environment: "production traffic",
    description: "traffic of stack production",
    payload: { id: "r1", evidence: last.evidence, digest: last.evidenceDigest },
    auto_merge: false,
    required_contexts: [],
  });
  assert.deepEqual(asked[1]?.body, {
    state: "in_progress",
    description: "paused, blue 75 · green 25: waits for approval until 18:00",
    log_url: "https://github.example/owner/name/actions/runs/9",
  });
});

test("a refusal of GitHub's is told with what was asked, and without the token", async (t) => {
  const [folder, records, { asked, api }] = [openFolder(t), await openRecords(t), await github(t, 403)];
  await records.keep("production", { last, weights });
  const { code, out, err } = await folder.run("main", deployed, { ...records.aws.env, ...job(api) });
  assert.deepEqual([code, out, asked.length], [1, "", 1]);
  assert.match(err, /^error: GitHub was not told: \/repos\/owner\/name\/deployments was answered with 403\n/);
  assert.doesNotMatch(err, /hush/);
});

test("outside of a job each variable that is missing is named, and a token goes nowhere without TLS", async (t) => {
  const folder = openFolder(t);
  const none = Object.fromEntries(Object.keys(job("")).map((name) => [name, ""]));
  const outside = await folder.run("main", deployed, none);
  assert.equal(outside.code, 2);
  for (const name of Object.keys(none)) assert.ok(outside.err.includes(name), name);
  const plain = await folder.run("main", deployed, job("http://github.example"));
  assert.equal(plain.code, 2);
  assert.match(plain.err, /a token is sent by https: alone/);
});

test("every end of a rollout has a status, and only a promotion is a success", () => {
  const states = finalStates.map((outcome) => deploymentStatusOf({ ...last, outcome }, weights).state);
  assert.deepEqual(
    finalStates.filter((_, index) => states[index] === "success"),
    ["promoted"],
  );
  assert.equal(deploymentStatusOf(null, weights).state, "success");
  const long = deploymentStatusOf({ ...last, why: "because \n".repeat(50) }, weights);
  assert.deepEqual([long.description.length, long.description.includes("\n")], [140, false]);
});
