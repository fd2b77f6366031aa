import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { awsProblems, tagsIn } from "../../infra/aws-config.ts";
import { readStackFile } from "../../infra/stack-file.ts";
import { evaluate } from "./program.ts";

test("what would send the AWS provider elsewhere than the switch is refused by name, with what does it for both", () => {
  assert.deepEqual(awsProblems(["region", "profile", "defaultTags", "ignoreTags", "maxRetries"]), []);
  assert.deepEqual(awsProblems(["assumeRoles", "endpoints", "accessKey"]), [
    "aws:assumeRoles: only Pulumi's AWS provider would heed it, and not the switch. Leave it out, and write a profile with role_arn and source_profile, and name it: pulumi config set aws:profile NAME",
    "aws:endpoints: only Pulumi's AWS provider would heed it, and not the switch. Leave it out, and set AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_SERVICE of a service",
    "aws:accessKey: only Pulumi's AWS provider would heed it, and not the switch. Leave it out, and set it where both find it: in the environment, or in a profile of ~/.aws/config",
  ]);
});

test("a stack's file with such a key has a problem, and the tags of all resources are read from it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "aws-config-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hub\n");
  writeFileSync(
    join(folder, "Pulumi.mine.yaml"),
    `config:
  aws:region: us-east-1
  aws:assumeRoles: [{ roleArn: arn }]
  aws:defaultTags: { tags: { team: hubs } }
  hub:blue: { image: "hub:1" }
  hub:sidecar: { enabled: false }
`,
  );
  const { place, problems } = await readStackFile("mine", folder);
  assert.deepEqual([problems.length, place?.tags], [1, { team: "hubs" }]);
  assert.match(problems[0] ?? "", /^aws:assumeRoles: /);
  for (const none of [undefined, null, "text", { tags: "text" }, { tags: { a: 1 } }])
    assert.deepEqual(tagsIn(none), {});
});

test("the weighted rule gets the tags that every resource gets, for the switch makes it", async () => {
  const tags = { team: "hubs" };
  const tagsOf = async (awsConfig: Readonly<Record<string, unknown>>) =>
    (await evaluate({}, { awsConfig })).one("trafficswitch:index:TrafficSwitch").inputs["tags"];
  assert.deepEqual(await tagsOf({ "aws:defaultTags": { tags } }), tags);
  assert.equal(await tagsOf({}), undefined);
  await assert.rejects(
    tagsOf({ "aws:endpoints": [{ ecs: "https://ecs.example" }] }),
    /aws:endpoints: only Pulumi's/,
  );
});

test("an internal balancer in an existing VPC stands in the private subnets, and needs no others", async () => {
  const privateSubnetIds = ["subnet-a", "subnet-b"];
  const access = { internetFacing: false, cidrs: ["10.0.0.0/8"] };
  const made = await evaluate({ network: { vpcId: "vpc-1", privateSubnetIds }, access });
  const { subnets, internal } = made.one("aws:lb/loadBalancer:LoadBalancer").inputs;
  assert.deepEqual({ subnets, internal }, { subnets: privateSubnetIds, internal: true });
});
