import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { Account } from "./account.ts";

/** A policy document of so many characters, blanks and line ends aside. */
function documentOf(length: number, Effect: "Allow" | "Deny" = "Allow"): string {
  const of = (Resource: string) => ({
    Version: "2012-10-17",
    Statement: [{ Effect, Action: "s3:*", Resource }],
  });
  const shortest = JSON.stringify(of("")).length;
  return JSON.stringify(of("x".repeat(length - shortest)), null, 2);
}

test("documents above IAM's sizes are refused, a role's own counted together, blanks not counted", async () => {
  await using account = await Account.open();
  const iam = new IAMClient(account.settings());
  const tooLong = { name: /LimitExceeded/ };
  const role = (RoleName: string, AssumeRolePolicyDocument: string) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const put = (PolicyName: string, length: number) =>
    iam.send(new PutRolePolicyCommand({ RoleName: "one", PolicyName, PolicyDocument: documentOf(length) }));
  const policy = (PolicyName: string, length: number) =>
    iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: documentOf(length) }));
  const refused = async (call: Promise<unknown>, what: RegExp) => {
    await assert.rejects(call, (error: Error) => {
      assert.match(error.name, tooLong.name);
      assert.match(error.message, what);
      return true;
    });
  };

  await refused(role("one", documentOf(2_049)), /ACLSizePerRole: 2048/);
  await role("one", documentOf(2_048));
  await put("a", 6_000);
  await refused(put("b", 4_241), /10240 bytes exceeded for role one/);
  await put("b", 4_240);
  // What it replaces no longer counts.
  await put("b", 4_000);
  await put("a", 6_240);

  await refused(policy("large", 6_145), /PolicySize: 6144/);
  const { Policy } = await policy("large", 6_144);
  await refused(
    iam.send(new CreatePolicyVersionCommand({ PolicyArn: Policy?.Arn, PolicyDocument: documentOf(6_145) })),
    /PolicySize: 6144/,
  );

  const arns = await Promise.all(
    Array.from({ length: 11 }, async (_, index) => (await policy(`p${index}`, 200)).Policy?.Arn),
  );
  const attach = (PolicyArn: string | undefined) =>
    iam.send(new AttachRolePolicyCommand({ RoleName: "one", PolicyArn }));
  for (const arn of arns.slice(0, 10)) await attach(arn);
  await attach(arns[0]);
  await refused(attach(arns[10]), /PoliciesPerRole: 10/);
  iam.destroy();
});
