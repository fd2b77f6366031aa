import assert from "node:assert/strict";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type Action,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { Account } from "./account.ts";

const paths = (...values: string[]) => [{ Field: "path-pattern", Values: values }];

function forward(...groups: [arn: string, weight: number | undefined][]): Action[] {
  const TargetGroups = groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return [{ Type: "forward", ForwardConfig: { TargetGroups } }];
}

/** The error's name as the SDK gives it, which it makes from the code on the wire. */
async function nameOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).name;
  }
  return "none";
}

test("weights are whole, from 0 to 999 and not all 0; what breaks that is refused and changes nothing", async () => {
  await using account = await Account.open();
  const { elb } = account;
  const [blue, green] = [await account.makeTargetGroup("blue"), await account.makeTargetGroup("green")];
  const { listenerArn } = await account.makeListener();
  const made = await elb.send(
    new CreateRuleCommand({
      ListenerArn: listenerArn,
      Priority: 100,
      Conditions: paths("/mcp"),
      Actions: forward([blue, 999], [green, 0]),
    }),
  );
  const RuleArn = made.Rules?.[0]?.RuleArn ?? "";
  const modify = (Actions: Action[]) => elb.send(new ModifyRuleCommand({ RuleArn, Actions }));
  for (const [weights, name] of [
    [[1000, 0], "ValidationError"],
    [[-1, 101], "ValidationError"],
    [[0, 0], "InvalidLoadBalancerActionException"],
  ] as const)
    assert.equal(
      await nameOf(modify(forward([blue, weights[0]], [green, weights[1]]))),
      name,
      String(weights),
    );
  assert.equal(await nameOf(modify(forward([blue, 50], [blue, 50]))), "ValidationError");
  assert.equal(await nameOf(modify([])), "ValidationError");
  assert.equal(await nameOf(modify(forward([blue, 50], [`${green}0`, 50]))), "TargetGroupNotFoundException");
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn] }));
  assert.deepEqual(
    Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight),
    [999, 0],
  );
});

test("expressions for paths are taken as an ALB takes them, and shown as they were given", async () => {
  await using account = await Account.open();
  const { elb } = account;
  const group = await account.makeTargetGroup("blue");
  const { listenerArn } = await account.makeListener();
  let priority = 0;
  const create = (...Conditions: RuleCondition[]) =>
    elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: ++priority,
        Conditions,
        Actions: forward([group, 1]),
      }),
    );
  const of = (...RegexValues: string[]): RuleCondition => ({
    Field: "path-pattern",
    PathPatternConfig: { RegexValues },
  });
  const probe: RuleCondition = {
    Field: "http-header",
    HttpHeaderConfig: { HttpHeaderName: "x-probe-slot", Values: ["blue"] },
  };
  const RuleArn = (await create(of("^(/a|/b)($|\\?)", "^/c$"), probe)).Rules?.[0]?.RuleArn ?? "";
  const shown = async () =>
    (await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn] }))).Rules?.[0]?.Conditions?.[0];
  assert.deepEqual(await shown(), of("^(/a|/b)($|\\?)", "^/c$"));
  await elb.send(new ModifyRuleCommand({ RuleArn, Conditions: paths("/mcp") }));
  assert.deepEqual((await shown())?.PathPatternConfig, { Values: ["/mcp"] });
  await elb.send(new ModifyRuleCommand({ RuleArn, Conditions: [of("^/d$")] }));
  assert.deepEqual(await shown(), of("^/d$"));
  assert.equal(await nameOf(create(of("/".repeat(128)))), "none");
  const both = { Field: "path-pattern", PathPatternConfig: { Values: ["/a"], RegexValues: ["/a"] } };
  const refused: RuleCondition[][] = [
    [of("/".repeat(129))],
    [of("")],
    [of("^(/a")],
    [of("^/a(?=b)")],
    [of("^/a(?<!b)c")],
    [of("^(/a)\\1$")],
    [of("^/\\p{L}$")],
    [of("^/a++$")],
    [of("^(?>/a)$")],
    [of("/a", "/b", "/c", "/d", "/e", "/f")],
    [of("/a", "/b", "/c", "/d", "/e"), probe],
    [both],
    [{ Field: "path-pattern", RegexValues: ["/a"] }],
    [{ Field: "host-header", HostHeaderConfig: { RegexValues: ["a"] } }],
    [{ Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "x", RegexValues: ["a"] } }],
  ];
  for (const conditions of refused)
    assert.equal(await nameOf(create(...conditions)), "ValidationError", JSON.stringify(conditions));
});

test("a rule's priority is its own, and what is not there is not found, by AWS's names", async () => {
  await using account = await Account.open();
  const { elb } = account;
  const group = await account.makeTargetGroup("blue");
  const { listenerArn } = await account.makeListener();
  const create = (Priority: number, ListenerArn = listenerArn) =>
    elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority,
        Conditions: paths("/mcp"),
        Actions: forward([group, 1]),
      }),
    );
  const RuleArn = (await create(7)).Rules?.[0]?.RuleArn ?? "";
  assert.equal(await nameOf(create(7)), "PriorityInUseException");
  assert.equal(await nameOf(create(0)), "ValidationError");
  assert.equal(await nameOf(create(50_001)), "ValidationError");
  assert.equal(await nameOf(create(8, `${listenerArn}0`)), "ListenerNotFoundException");
  assert.equal(
    await nameOf(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }))),
    "ResourceInUseException",
  );
  await elb.send(new DeleteRuleCommand({ RuleArn }));
  for (const call of [
    elb.send(new DeleteRuleCommand({ RuleArn })),
    elb.send(new ModifyRuleCommand({ RuleArn, Actions: forward([group, 1]) })),
    elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn] })),
  ])
    assert.equal(await nameOf(call), "RuleNotFoundException");
  assert.equal(await nameOf(create(7)), "none");
});

test("a call under a fault is throttled, fails before or after it took effect, or comes late", async () => {
  await using account = await Account.open();
  const { elb, aws } = account;
  const group = await account.makeTargetGroup("blue");
  const { listenerArn } = await account.makeListener();
  const rules = async () =>
    (await elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }))).Rules?.length;
  const create = (Priority: number) =>
    nameOf(
      elb.send(
        new CreateRuleCommand({
          ListenerArn: listenerArn,
          Priority,
          Conditions: paths("/mcp"),
          Actions: forward([group, 1]),
        }),
      ),
    );
  const strike = { service: "elasticloadbalancing", operation: "CreateRule" };
  aws.faults.add(strike, { kind: "throttle", times: 1 });
  assert.deepEqual([await create(1), await rules()], ["ThrottlingException", 1]);
  aws.faults.add(strike, { kind: "error-before", times: 1 });
  assert.deepEqual([await create(1), await rules()], ["InternalFailure", 1]);
  aws.faults.add(strike, { kind: "error-after", times: 1 });
  assert.deepEqual([await create(1), await rules()], ["InternalFailure", 2]);
  aws.faults.add(strike, { kind: "delay", delayMs: 1, times: 1 });
  assert.deepEqual([await create(2), await rules()], ["none", 3]);
});

/** A target that names itself, healthy at once. */
async function startTarget(name: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function ask(port: number, host = "127.0.0.1"): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host, port, path: "/mcp", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? text : String(response.statusCode)));
    }).on("error", reject);
  });
}

test("a rule change shows in traffic only after the propagation delay, and at no address but loopback", async () => {
  await using account = await Account.open({ propagationDelayMs: 1_500 });
  const { elb } = account;
  const targets = [await startTarget("blue"), await startTarget("green")];
  try {
    const groups = await Promise.all(
      targets.map(async ({ port }, index) => {
        const arn = await account.makeTargetGroup(index === 0 ? "blue" : "green");
        await elb.send(
          new ModifyTargetGroupAttributesCommand({
            TargetGroupArn: arn,
            Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "0" }],
          }),
        );
        await elb.send(
          new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: "127.0.0.1", Port: port }] }),
        );
        return arn;
      }),
    );
    const [blue = "", green = ""] = groups;
    const { listenerArn, port } = await account.makeListener();
    const made = await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 1,
        Conditions: paths("/mcp"),
        Actions: forward([blue, 100], [green, 0]),
      }),
    );
    while ((await ask(port)) !== "blue");
    const RuleArn = made.Rules?.[0]?.RuleArn;
    await elb.send(new ModifyRuleCommand({ RuleArn, Actions: forward([blue, 0], [green, 100]) }));
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn ?? ""] }));
    const read = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight);
    assert.deepEqual(
      [read, await ask(port)],
      [[0, 100], "blue"],
      "the rule reads changed while traffic is not",
    );
    while ((await ask(port)) !== "green");

    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === "IPv4");
    for (const address of outside) {
      await assert.rejects(ask(port, address?.address), { code: "ECONNREFUSED" });
      await assert.rejects(ask(Number(new URL(account.aws.endpoint).port), address?.address), {
        code: "ECONNREFUSED",
      });
    }
  } finally {
    for (const { server } of targets) {
      server.close();
      server.closeAllConnections();
    }
  }
});
