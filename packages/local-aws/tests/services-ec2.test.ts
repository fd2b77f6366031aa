import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateSecurityGroupCommand, EC2Client } from "@aws-sdk/client-ec2";
import { Account } from "./account.ts";

test("a security group's description has the characters that EC2 takes, and no apostrophe", async () => {
  await using account = await Account.open();
  const ec2 = new EC2Client(account.settings());
  const make = (GroupName: string, Description: string) =>
    ec2.send(new CreateSecurityGroupCommand({ GroupName, Description }));
  for (const none of ["the hub's tasks", "", "Aufgaben für alle", "x".repeat(256)])
    await assert.rejects(make("a", none), { name: "InvalidParameterValue" }, none);
  assert.ok((await make("a", "Clients to the balancer: 443/80, [any] (all) #1 @x +=&;{}!$*")).GroupId);
  ec2.destroy();
});
