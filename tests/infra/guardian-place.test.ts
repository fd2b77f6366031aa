import assert from "node:assert/strict";
import { test } from "node:test";
import { type PolicyDocument } from "../../infra/policy-document.ts";
import { allowed } from "./policy.ts";
import { type Evaluation, evaluate } from "./program.ts";

const group = "aws:ec2/securityGroup:SecurityGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** Where the guardian is put, and what of the balancer's group lets it in. */
function placeOf(made: Evaluation) {
  const { vpcConfig } = made.one("aws:lambda/function:Function").inputs;
  const open = made.all(ingress).filter(({ name }) => name.startsWith("guardian-"));
  return {
    vpcConfig,
    lets: open.map(
      ({ inputs: { securityGroupId, referencedSecurityGroupId, cidrIpv4, fromPort, toPort } }) => ({
        securityGroupId,
        from: referencedSecurityGroupId ?? cidrIpv4,
        ports: [fromPort, toPort],
      }),
    ),
  };
}

const existing = {
  vpcId: "vpc-0a1b2c3d4e5f60718",
  publicSubnetIds: ["subnet-1", "subnet-2"],
  privateSubnetIds: ["subnet-3", "subnet-4"],
};
const inner = { internetFacing: false, cidrs: ["10.0.0.0/8"], port: 8443 };
const closed = { internetFacing: true, cidrs: ["192.0.2.0/24"], port: 443 };

test("beside an internal balancer the guardian runs in the private subnets, and the balancer lets in its group", async () => {
  const { vpcConfig, lets } = placeOf(await evaluate({ access: inner }));
  assert.deepEqual(vpcConfig, { subnetIds: ["subnet-c", "subnet-d"], securityGroupIds: ["guardian-id"] });
  assert.deepEqual(lets, [{ securityGroupId: "balancer-id", from: "guardian-id", ports: [8_443, 8_443] }]);
});

test("a balancer that some of the internet may reach lets in the NAT gateway's address", async () => {
  const { vpcConfig, lets } = placeOf(await evaluate({ access: closed }));
  assert.deepEqual(vpcConfig, { subnetIds: ["subnet-c", "subnet-d"], securityGroupIds: ["guardian-id"] });
  assert.deepEqual(lets, [{ securityGroupId: "balancer-id", from: "198.51.100.7/32", ports: [443, 443] }]);
});

test("in an existing VPC the guardian's subnets and NAT addresses are the config's, and no rule is made twice", async () => {
  const network = {
    ...existing,
    assignPublicIp: true,
    guardianSubnetIds: ["subnet-5"],
    natAddresses: ["192.0.2.7", "198.51.100.9"],
  };
  const cidrs = ["192.0.2.7/32", "10.0.0.0/8"];
  const { vpcConfig, lets } = placeOf(await evaluate({ network, access: { ...closed, cidrs } }));
  assert.deepEqual(vpcConfig, { subnetIds: ["subnet-5"], securityGroupIds: ["guardian-id"] });
  assert.deepEqual(
    lets.map(({ from }) => from),
    ["198.51.100.9/32"],
  );
});

const guardianPolicy = (made: Evaluation) =>
  JSON.parse(
    String(made.one("aws:iam/rolePolicy:RolePolicy", "guardian").inputs["policy"]),
  ) as PolicyDocument;

test("Lambda may put the guardian into the VPC, and the guardian's own code may touch no network interface", async () => {
  const made = await evaluate({ access: inner });
  const policy = guardianPolicy(made);
  const attempt = (action: string, context?: Record<string, string>) =>
    allowed(policy, { action, resource: "*", ...(context ? { context } : {}) });
  const itself = {
    "lambda:SourceFunctionArn": String(made.one("aws:lambda/function:Function").outputs["arn"]),
  };
  for (const action of ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"]) {
    assert.equal(attempt(`ec2:${action}`), true, action);
    assert.equal(attempt(`ec2:${action}`, itself), false, `${action} by the code`);
  }
  assert.equal(attempt("ec2:DescribeVpcs"), false);
});

test("a balancer that all of the internet may reach leaves the guardian outside, without a right in the network", async () => {
  const made = await evaluate({ access: { internetFacing: true, cidrs: ["10.0.0.0/8", "0.0.0.0/0"] } });
  assert.deepEqual(placeOf(made), { vpcConfig: undefined, lets: [] });
  assert.ok(!made.all(group).some(({ name }) => name === "guardian"));
  assert.doesNotMatch(JSON.stringify(guardianPolicy(made)), /ec2:/);
});

test("where the guardian could not reach AWS or the balancer, the config says which key is missing", async () => {
  const refused = (network: object, access: object) => evaluate({ network, access });
  await assert.rejects(
    refused({ ...existing, assignPublicIp: true }, inner),
    /hub:network\.guardianSubnetIds: is missing: the guardian has no public address/,
  );
  await assert.rejects(
    refused(existing, closed),
    /hub:network\.natAddresses: is missing: access\.cidrs keeps the guardian from the balancer/,
  );
  await assert.rejects(
    refused({ natAddresses: ["192.0.2.7"] }, closed),
    /hub:network\.vpcId: is needed with/,
  );
  await assert.rejects(
    refused({ ...existing, natAddresses: ["192.0.2.7/32"] }, closed),
    /hub:network\.natAddresses\[0\]: must be an IPv4 address such as/,
  );
  const open = { internetFacing: true, cidrs: ["0.0.0.0/0"] };
  assert.equal(placeOf(await refused({ ...existing, assignPublicIp: true }, open)).vpcConfig, undefined);
});
