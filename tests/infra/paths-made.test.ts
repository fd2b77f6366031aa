import assert from "node:assert/strict";
import test from "node:test";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { priorities } from "../../infra/balancer.ts";
import { parseConfig } from "../../infra/config.ts";
import { pathConditionOf } from "../../infra/paths.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";
import { production } from "./program.ts";

const oauth = ["/.well-known/oauth-authorization-server", "/authorize", "/token", "/register"];

function accessTo({ aws: { endpoint, env } }: ProductionAccount) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  return { endpoint, credentials: { accessKeyId, secretAccessKey } };
}

test("a stack with public paths is made, and its rules hold for them as the switch's does", async () => {
  const account = await openProductionAccount();
  try {
    const hub = { ...(production["hub"] as object), publicPaths: oauth };
    const made = await account.up({ hub });
    assert.equal(made.result.ok, true, JSON.stringify(made.result.diagnostics));
    const elb = new ElasticLoadBalancingV2({ region: "us-east-1", ...accessTo(account) });
    const { LoadBalancers } = await elb.describeLoadBalancers();
    const { Listeners } = await elb.describeListeners({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    });
    const ListenerArn = Listeners?.find(({ Port }) => Port === 443)?.ListenerArn;
    const { Rules } = await elb.describeRules({ ListenerArn });
    const expressionsOf = (priority: number) =>
      Rules?.find(({ Priority }) => Priority === String(priority))?.Conditions?.find(
        ({ Field }) => Field === "path-pattern",
      )?.PathPatternConfig?.RegexValues;
    const wanted = pathConditionOf(parseConfig({ ...production, hub }));
    assert.ok("regexValues" in wanted);
    for (const priority of [priorities.probe.blue, priorities.probe.green, priorities.weighted])
      assert.deepEqual(expressionsOf(priority), wanted.regexValues, String(priority));
    for (const priority of [...Object.values(priorities.pin), ...Object.values(priorities.session)])
      assert.equal(expressionsOf(priority), undefined, "a session's own rule is for MCP alone");
    const again = await account.up({ hub });
    assert.deepEqual([again.result.ok, again.steps], [true, []]);
  } finally {
    await account.close();
  }
});
