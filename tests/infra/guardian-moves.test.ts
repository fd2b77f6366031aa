import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EC2 } from "@aws-sdk/client-ec2";
import { Lambda } from "@aws-sdk/client-lambda";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";
import { production } from "./program.ts";

const access = (cidrs: readonly string[]) => ({ internetFacing: true, port: 443, cidrs });
let account: ProductionAccount;
before(async () => {
  const example = layConfig({ ...production }, {});
  account = await openProductionAccount({
    example: { ...example, access: access(["192.0.2.0/24"]), production: false },
  });
});
after(() => account.close());

/** Where the guardian is, and the public addresses that the balancer lets in. */
async function there() {
  const settings = {
    region: "us-east-1",
    endpoint: account.aws.endpoint,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  };
  const lambda = new Lambda(settings);
  const ec2 = new EC2(settings);
  try {
    const { VpcConfig } = await lambda.getFunctionConfiguration({ FunctionName: "hub-production-guardian" });
    const { Addresses = [] } = await ec2.describeAddresses({});
    const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({});
    const admitted = SecurityGroupRules.flatMap(({ CidrIpv4, IsEgress }) =>
      !IsEgress && CidrIpv4 !== undefined ? [CidrIpv4] : [],
    );
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({});
    return {
      subnets: VpcConfig?.SubnetIds?.length ?? 0,
      nat: Addresses.map(({ PublicIp }) => `${PublicIp}/32`),
      lets: new Set(admitted),
      groups: SecurityGroups.filter(({ GroupName }) => GroupName?.startsWith("guardian")).length,
    };
  } finally {
    lambda.destroy();
    ec2.destroy();
  }
}

test("a deployment puts the guardian into the new VPC and lets its NAT gateway in; one that opens the balancer takes both out again", async () => {
  const made = await account.up({});
  assert.equal(made.result.ok, true, JSON.stringify(made.result.diagnostics));
  const closed = await there();
  assert.deepEqual([closed.subnets, closed.groups, closed.nat.length], [2, 1, 1]);
  assert.deepEqual(closed.lets, new Set(["192.0.2.0/24", ...closed.nat]));

  const opened = await account.up({ access: access(["0.0.0.0/0"]) });
  assert.equal(opened.result.ok, true, JSON.stringify(opened.result.diagnostics));
  const open = await there();
  assert.deepEqual([open.subnets, open.groups], [0, 0]);
  assert.deepEqual(open.lets, new Set(["0.0.0.0/0"]));
});
