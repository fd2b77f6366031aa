import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { parseConfig } from "../../infra/config.ts";
import { originOf } from "../../infra/origin.ts";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { allowed } from "./policy.ts";
import { type Evaluation, evaluate, production } from "./program.ts";

const account = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const image = (name: string) => `${account}/${name}@sha256:${"d".repeat(64)}`;
const key = "arn:aws:kms:us-east-1:123456789012:key/former";
/** What the stack was deployed with: its own sidecar image, secrets and key. */
const former = {
  hub: { secrets: { OLD: "hub/old", OLDER: "ssm:/hub/older" } },
  sidecar: { image: image("former-sidecar") },
  kmsKeys: [key],
};
const recorded = "arn:aws:ecs:us-east-1:123456789012:task-definition/hub-production-blue:7";
const release = "0f1e2d3c4b5a6978";
const says = `blue keeps the settings of release ${release} until it is idle: it serves users`;

describe("a slot that keeps its release while the stack's settings change", () => {
  let made: Evaluation;
  const origin = originOf(parseConfig(layConfig({ ...production }, former)), "blue");
  before(async () => {
    const kept = { blue: { release, taskDefinition: recorded, origin, says }, green: null };
    made = await evaluate(
      { hub: { tool: "hub__other" }, sidecar: { image: image("new-sidecar") } },
      { preview: { first: false, live: "blue", weights: { blue: 100, green: 0 }, kept } },
    );
  });
  const service = (of: string) => made.one("aws:ecs/service:Service", of);
  const definition = (of: string) => made.one("aws:ecs/taskDefinition:TaskDefinition", of);

  test("runs the task definition of the record, whatever Pulumi's state has, and the other one gets the new settings", () => {
    assert.equal(service("blue").inputs["taskDefinition"], recorded);
    assert.ok(service("blue").ignoreChanges.includes("networkConfiguration"));
    for (const input of Object.keys(definition("blue").inputs))
      if (input !== "family" && input !== "skipDestroy")
        assert.ok(definition("blue").ignoreChanges.includes(input), input);
    assert.equal(service("green").inputs["taskDefinition"], definition("green").outputs["arn"]);
    assert.deepEqual(service("green").ignoreChanges, ["desiredCount"]);
    assert.deepEqual(definition("green").ignoreChanges, []);
    assert.match(JSON.stringify(definition("green").inputs["containerDefinitions"]), /hub__other/);
  });

  test("goes by its recorded name, and what it was made from stays recorded", () => {
    const traffic = made.one("trafficswitch:index:TrafficSwitch").inputs;
    const green = (made.outputs["releases"] as Record<string, string>)["green"];
    assert.deepEqual(made.outputs["releases"], { blue: release, green });
    assert.deepEqual(traffic["releases"], made.outputs["releases"]);
    assert.equal((traffic["taskDefinitions"] as Record<string, string>)["blue"], recorded);
    const origins = traffic["origins"] as Record<string, { images: string[] }>;
    assert.deepEqual(origins["blue"], origin);
    assert.ok(origins["green"]?.images.includes(image("new-sidecar")));
  });

  test("can still be started: its images are pulled, its secrets read and decrypted", () => {
    const starts = JSON.parse(
      String(made.one("aws:iam/rolePolicy:RolePolicy", "execution").inputs["policy"]),
    ) as PolicyDocument;
    const at = "us-east-1:123456789012";
    const through = { "kms:ViaService": "ssm.us-east-1.amazonaws.com" };
    for (const [action, resource, context] of [
      ["ecr:BatchGetImage", `arn:aws:ecr:${at}:repository/former-sidecar`, {}],
      ["ecr:BatchGetImage", `arn:aws:ecr:${at}:repository/new-sidecar`, {}],
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:${at}:secret:hub/old-AbCdEf`, {}],
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:${at}:secret:hub/gemini-AbCdEf`, {}],
      ["ssm:GetParameters", `arn:aws:ssm:${at}:parameter/hub/older`, {}],
      ["kms:Decrypt", key, through],
    ] as const)
      assert.ok(allowed(starts, { action, resource, context }), `${action} ${resource}`);
  });
});

test("a secret that only the kept release reads and nobody has any more is told before anything is registered", async () => {
  const origin = originOf(parseConfig(layConfig({ ...production }, former)), "blue");
  const kept = { blue: { release, taskDefinition: recorded, origin, says }, green: null };
  const registered: string[] = [];
  await assert.rejects(
    evaluate(
      {},
      {
        preview: { first: false, live: "blue", kept },
        refuses: (_, { name }) => (name === "hub/old" ? "couldn't find resource" : null),
        onRegister: (name) => registered.push(name),
      },
    ),
    new RegExp(`the release ${release} that is kept: there is no secret hub/old in us-east-1`),
  );
  assert.deepEqual(registered, []);
});
