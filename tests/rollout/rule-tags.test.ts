import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { Account } from "local-aws/testing";
import { weightsFor } from "../../domain/weight.ts";
import { makeClients } from "../../rollout/aws/clients.ts";
import { rulesOwnTags } from "../../rollout/aws/rule-tags.ts";
import { openRule } from "../../rollout/aws/rule.ts";

test("the weighted rule says whose it is from the call that makes it: what keeps others from its weights goes by that", async () => {
  await using account = await Account.open();
  const { AWS_ENDPOINT_URL: before } = process.env;
  Object.assign(process.env, account.aws.env);
  const clients = makeClients({ region: "us-east-1" });
  try {
    const targetGroups = {
      blue: await account.makeTargetGroup("blue"),
      green: await account.makeTargetGroup("green"),
    };
    const { listenerArn } = await account.makeListener();
    const conditions = [{ field: "path-pattern" as const, values: ["/mcp"] }];
    const tags = rulesOwnTags({ tags: { team: "hubs" }, table: "t", stack: "s" });
    const make = { listenerArn, priority: 100, conditions, tags };
    const { ruleArn } = await openRule(clients, { ruleArn: null, targetGroups, make }).create(
      weightsFor("green", 0),
    );
    const { TagDescriptions = [] } = await account.elb.send(
      new DescribeTagsCommand({ ResourceArns: [ruleArn] }),
    );
    const found = TagDescriptions[0]?.Tags?.map(({ Key, Value }) => `${Key}=${Value}`);
    assert.deepEqual(found, ["team=hubs", "traffic-switch:table=t", "traffic-switch:stack=s"]);
  } finally {
    clients.close();
    if (before === undefined) delete process.env["AWS_ENDPOINT_URL"];
  }
});
