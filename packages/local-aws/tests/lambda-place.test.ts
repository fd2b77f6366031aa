import "reaper/children";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNatGatewayCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { CreateListenerCommand, CreateLoadBalancerCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { defaultVpc } from "../src/index.ts";
import { Account } from "./account.ts";
import { freePort } from "./balancer-kit.ts";
import { zipOf } from "./zip.ts";

const [subnet] = defaultVpc.subnets;

/** Says the status of an answer, or that none came. */
const code = `const http = require("node:http");
exports.handler = ({ port }) => new Promise((resolve) => {
  const request = http.get({ host: "127.0.0.1", port, timeout: 500 }, (answer) => resolve(answer.statusCode));
  request.on("timeout", () => request.destroy(new Error("no answer")));
  request.on("error", (error) => resolve(error.message));
});`;

/** A balancer behind a group that lets in what is given, and a function that asks it from where it is put. */
async function room(
  scheme: "internal" | "internet-facing",
  lets: (own: string, nat: string) => IpPermission,
) {
  const account = await Account.open();
  const ec2 = new EC2Client(account.settings());
  const lambda = new LambdaClient(account.settings());
  const group = async (GroupName: string) =>
    (
      await ec2.send(
        new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: defaultVpc.vpcId }),
      )
    ).GroupId ?? "";
  const own = await group("function");
  const { AllocationId, PublicIp = "" } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnet, AllocationId }));
  const guard = await group("balancer");
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: guard, IpPermissions: [lets(own, PublicIp)] }),
  );
  const { LoadBalancers } = await account.elb.send(
    new CreateLoadBalancerCommand({
      Name: "hub",
      Subnets: [...defaultVpc.subnets],
      Scheme: scheme,
      SecurityGroups: [guard],
    }),
  );
  const port = await freePort();
  await account.elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port: port,
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  const FunctionName = "asks";
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: "arn:aws:iam::123456789012:role/any",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 30,
      Code: { ZipFile: zipOf("index.js", code) },
    }),
  );
  const put = (SubnetIds: string[], SecurityGroupIds: string[]) =>
    lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, VpcConfig: { SubnetIds, SecurityGroupIds } }),
    );
  return {
    own,
    put,
    place: async () =>
      (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).VpcConfig?.VpcId,
    async ask(): Promise<unknown> {
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify({ port })) }),
      );
      return JSON.parse(Buffer.from(Payload ?? []).toString("utf8")) as unknown;
    },
    async [Symbol.asyncDispose]() {
      ec2.destroy();
      lambda.destroy();
      await account[Symbol.asyncDispose]();
    },
  };
}

const anyPort = { IpProtocol: "tcp", FromPort: 0, ToPort: 65_535 };

test("an internal balancer is reached from inside the VPC by a group that it lets in, and from nowhere else", async () => {
  await using at = await room("internal", (own) => ({ ...anyPort, UserIdGroupPairs: [{ GroupId: own }] }));
  assert.equal(await at.ask(), "no answer");
  await at.put([subnet], [at.own]);
  assert.deepEqual([await at.place(), await at.ask()], [defaultVpc.vpcId, 404]);
  await at.put([subnet], ["sg-another"]);
  assert.equal(await at.ask(), "no answer");
  await at.put([], []);
  assert.deepEqual([await at.place(), await at.ask()], ["", "no answer"]);
});

test("an internal balancer that lets everybody in has no address outside the VPC all the same", async () => {
  await using at = await room("internal", () => ({ ...anyPort, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }));
  assert.equal(await at.ask(), "no answer");
  await at.put([subnet], [at.own]);
  assert.equal(await at.ask(), 404);
});

test("an internet-facing balancer sees the NAT gateway of a function in the VPC, and its group not at all", async () => {
  await using byNat = await room("internet-facing", (_own, nat) => ({
    ...anyPort,
    IpRanges: [{ CidrIp: `${nat}/32` }],
  }));
  assert.equal(await byNat.ask(), "no answer");
  await byNat.put([subnet], [byNat.own]);
  assert.equal(await byNat.ask(), 404);
  await using byGroup = await room("internet-facing", (own) => ({
    ...anyPort,
    UserIdGroupPairs: [{ GroupId: own }],
  }));
  await byGroup.put([subnet], [byGroup.own]);
  assert.equal(await byGroup.ask(), "no answer");
});

test("subnets without a security group are refused, and so is a subnet that there is not", async () => {
  await using at = await room("internal", () => anyPort);
  await assert.rejects(at.put([subnet], []), { name: "InvalidParameterValueException" });
  await assert.rejects(at.put(["subnet-none"], [at.own]), { name: "InvalidSubnetID.NotFound" });
});
