import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ECSClient } from "@aws-sdk/client-ecs";
import { arnOf, globalArnOf, partitionOf } from "../../infra/partition.ts";

const regions: readonly (readonly [region: string, partition: string])[] = [
  ["us-east-1", "aws"],
  ["eu-central-1", "aws"],
  ["us-west-2", "aws"],
  ["cn-north-1", "aws-cn"],
  ["cn-northwest-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
  ["eusc-de-east-1", "aws-eusc"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["us-isof-south-1", "aws-iso-f"],
];

for (const [region, partition] of regions)
  test(`ARNs and endpoints of ${region} are those of ${partition}, where AWS's own SDK calls`, () => {
    const { name, suffix } = partitionOf(region);
    assert.equal(name, partition);
    const ecs = new ECSClient({ region });
    const { url } = ecs.config.endpointProvider({ Region: region });
    ecs.destroy();
    assert.equal(url.hostname, `ecs.${region}.${suffix}`);
    const at = { region, account: "123456789012" };
    assert.equal(arnOf("ecs", at, "cluster/hub"), `arn:${partition}:ecs:${region}:123456789012:cluster/hub`);
    assert.equal(globalArnOf("iam", at, "role/a"), `arn:${partition}:iam::123456789012:role/a`);
  });

/** Models of an account in us-east-1, which stand for no account of anybody's. */
const models = ["rehearsal/faults/matrix/model-inputs.ts", "simulation/model.ts"];

test("no file of the product takes an ARN to be of one partition: it comes from the region", () => {
  const top = fileURLToPath(new URL("../../", import.meta.url));
  const rooms =
    "{bin,doctor,domain,plan,release,checks,rollout,infra,sidecar,rehearsal,simulation,tools,packages/*/src}";
  const files = globSync(`${rooms}/**/*.{ts,mjs,cjs}`, { cwd: top });
  assert.ok(files.length > 500, `${files.length} files`);
  const naming = files.filter((file) => readFileSync(top + file, "utf8").includes("arn:aws:"));
  assert.deepEqual(naming.toSorted(), models);
});
