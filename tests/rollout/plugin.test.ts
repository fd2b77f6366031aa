import assert from "node:assert/strict";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { Account } from "local-aws/testing";
import { secret, UNKNOWN, type PropertyMap } from "pulumi-engine";
import { invoke, type Program, Stack } from "pulumi-engine/testing";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { a, b, c, plan, record } from "./situation.ts";

/** The executable that the Pulumi CLI would start, in its own folder. */
const plugins = { trafficswitch: join(repository, "rollout/plugin") };
const TYPE = "trafficswitch:index:TrafficSwitch";
const table = "hub-simulated-switch";
const stackName = "simulated";

/** An account in which blue is live, with its rule and its record. */
async function deployed(over: Partial<SwitchRecord> = {}) {
  const account = await Account.open();
  const targetGroups = {
    blue: await account.makeTargetGroup("blue"),
    green: await account.makeTargetGroup("green"),
  };
  const { listenerArn } = await account.makeListener();
  const groups = (blue: number) => [
    {
      Type: "forward" as const,
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: targetGroups.blue, Weight: blue },
          { TargetGroupArn: targetGroups.green, Weight: 100 - blue },
        ],
      },
    },
  ];
  const made = await account.elb.send(
    new CreateRuleCommand({
      ListenerArn: listenerArn,
      Priority: 100,
      Conditions: [{ Field: "path-pattern", Values: ["/mcp"] }],
      Actions: groups(100),
    }),
  );
  const ruleArn = made.Rules?.[0]?.RuleArn ?? "";
  const inputs: SwitchInputs = {
    ...inputsFor(plan, 0, { blue: a, green: b }, undefined),
    table,
    stack: stackName,
    listenerArn,
    targetGroups,
    evidence: { folder: join(account.folder, "evidence") },
  };
  await account.makeTable(table);
  const write = (changed: Partial<SwitchRecord>) =>
    account.dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          id: { S: stackName },
          version: { N: "1" },
          json: { S: JSON.stringify({ ...record({ ruleArn, inputs }), ...changed }) },
        },
      }),
    );
  await write(over);
  const item = async () => {
    const get = new GetItemCommand({ TableName: table, Key: { id: { S: stackName } } });
    return (await account.dynamodb.send(get)).Item;
  };
  return {
    account,
    inputs,
    ruleArn,
    write,
    setBlue: (blue: number) =>
      account.elb.send(new ModifyRuleCommand({ RuleArn: ruleArn, Actions: groups(blue) })),
    rule: async () =>
      (await account.elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }))).Rules?.find(
        ({ RuleArn }) => RuleArn === ruleArn,
      ),
    item,
    recorded: async () => {
      const json = (await item())?.["json"]?.S;
      return json === undefined ? null : (JSON.parse(json) as SwitchRecord);
    },
    [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
  };
}

const stackFor = (account: Account, env: Record<string, string> = {}): Stack =>
  new Stack({ projectFolder: repository, plugins, env: { ...account.aws.env, ...env } });

const theSwitch =
  (inputs: object): Program =>
  (register) =>
    register({ name: "switch", type: TYPE, inputs: inputs as PropertyMap });

const problem = ({ diagnostics }: { diagnostics: { message: string }[] }): string =>
  diagnostics[0]?.message ?? "";

test("the plugin takes up a rule and a record that are there, finds them unchanged, and deletes both", async () => {
  await using there = await deployed();
  const { inputs, ruleArn } = there;
  using stack = stackFor(there.account);
  const made = await stack.up(theSwitch(inputs));
  assert.equal(made.ok, true, problem(made));
  const [entry] = stack.named("switch");
  assert.deepEqual(
    [entry?.id, entry?.outputs["live"], entry?.outputs["weights"], entry?.outputs["liveRelease"]],
    [ruleArn, "blue", { blue: 100, green: 0 }, a],
  );
  const lines = stack.events.flatMap((event) =>
    event.kind === "log" && event.urn === entry?.urn ? [event.message] : [],
  );
  assert.ok(lines.length > 0, "no progress on the resource's line");
  const folder = join(there.account.folder, "evidence");
  const [file = ""] = await readdir(folder);
  const [asked = ""] = (await readFile(join(folder, file), "utf8")).split("\n");
  const { kind, body } = JSON.parse(asked) as { kind: string; body: { releases: object } };
  assert.deepEqual([kind, body.releases], ["asked", inputs.releases]);
  assert.equal((await stack.up(theSwitch(inputs))).changes.same, 1);
  assert.deepEqual((await there.recorded())?.lease, null);

  // Other paths change the rule and leave its weights alone.
  const conditions = [{ field: "path-pattern", values: ["/mcp", "/sse"] }];
  assert.equal((await stack.up(theSwitch({ ...inputs, conditions }))).changes.update, 1);
  const { Conditions, Actions } = (await there.rule()) ?? {};
  assert.deepEqual(Conditions?.[0]?.PathPatternConfig?.Values ?? Conditions?.[0]?.Values, ["/mcp", "/sse"]);
  assert.equal(Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.Weight, 100);
  const expressions = [{ field: "path-pattern", regexValues: ["^(/mcp|/token)($|\\?)"] }];
  assert.equal((await stack.up(theSwitch({ ...inputs, conditions: expressions }))).changes.update, 1);
  const shaped = await there.rule();
  assert.deepEqual(shaped?.Conditions?.[0]?.PathPatternConfig, { RegexValues: ["^(/mcp|/token)($|\\?)"] });
  assert.equal(shaped?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.Weight, 100);

  assert.equal((await stack.destroy()).ok, true);
  assert.deepEqual([await there.rule(), await there.recorded()], [undefined, null]);
});

test("check refuses bad inputs before anything runs and does not judge what is unknown; diff replaces on identity", async () => {
  await using there = await deployed();
  const { inputs } = there;
  using stack = stackFor(there.account);
  for (const [change, reason] of [
    [{ greenWeight: 101 }, /property greenWeight value \{101\} has a problem: /],
    [{ greenWeight: 4.5 }, /property greenWeight value \{4\.5\} has a problem: /],
    [{ colour: "red" }, /has a problem: .*Unrecognized key: "colour"/],
    [
      { plan: { ...inputs.plan, gate: ["wishful-thinking"] } },
      /property plan\.gate value .* has a problem: .*wishful-thinking/,
    ],
  ] as const)
    assert.match(problem(await stack.preview(theSwitch({ ...inputs, ...change }))), reason);
  assert.equal((await stack.preview(theSwitch({ ...inputs, listenerArn: UNKNOWN }))).ok, true);

  await stack.up(theSwitch({ ...inputs, region: secret(inputs.region) }));
  assert.equal((await stack.preview(theSwitch(inputs))).changes.same, 1);
  assert.equal((await stack.preview(theSwitch({ ...inputs, greenWeight: 5 }))).changes.update, 1);
  assert.equal((await stack.preview(theSwitch({ ...inputs, priority: 101 }))).changes.replace, 1);
  assert.equal((await stack.preview(theSwitch({ ...inputs, listenerArn: UNKNOWN }))).changes.replace, 0);
});

test("the invoke tells what is live and what an up would do, refuses in words, and knows no other function", async () => {
  await using there = await deployed();
  const end = "2031-02-03T04:05:06Z";
  using stack = stackFor(there.account, { AWS_CREDENTIAL_EXPIRATION: end });
  const { inputs } = there;
  const asked = {
    region: inputs.region,
    table,
    stack: stackName,
    releases: inputs.releases,
    plan: inputs.plan,
  };
  const result = await stack.preview(async (_, deployment) => {
    const read = (args: object, token = "trafficswitch:index:readSwitch") =>
      invoke(deployment, token, args as PropertyMap, undefined);
    const moving = await read({ ...asked, greenWeight: 25 });
    assert.deepEqual(
      [moving.return?.["live"], moving.return?.["action"], moving.return?.["first"]],
      ["blue", "shift", false],
    );
    assert.equal(moving.return?.["credentialsUntil"], Date.parse(end));
    assert.equal(moving.return?.["credentialsAssumed"], false);
    const steps = moving.return?.["steps"] as { weight: number }[];
    assert.deepEqual(
      steps.map(({ weight }) => weight),
      [5, 25],
    );
    const fresh = await read({ ...asked, table: "no-such-table", greenWeight: 0 });
    assert.deepEqual([fresh.return?.["first"], fresh.return?.["live"]], [true, null]);
    await there.setBlue(60);
    const edited = await read({ ...asked, greenWeight: 40 });
    assert.match(edited.return?.["handEdit"] as string, /The live rule has blue 60 · green 40 by hand/);
    assert.equal(edited.return?.["action"], "nothing", "it decides as if what is live were adopted");
    const releases = { ...inputs.releases, green: c };
    const refused = await read({ ...asked, releases, greenWeight: 40 });
    assert.match(
      refused.return?.["refused"] as string,
      /blue 60 .* no release may change, and green's would/,
    );
    const malformed = await read({ ...asked, greenWeight: "5%" });
    assert.equal(malformed.failures?.[0]?.property, "greenWeight");
    await assert.rejects(read({}, "trafficswitch:index:guess"), /the traffic switch has no function/);
  });
  assert.equal(result.ok, true, problem(result));
});

test("looking writes nothing: a hand edit is refused until a refresh has put it into the state, and then adopted by an up", async () => {
  await using there = await deployed();
  using stack = stackFor(there.account);
  const { inputs } = there;
  await stack.up(theSwitch(inputs));
  await there.setBlue(80);
  const before = await there.item();
  const refuses = async () => {
    for (const run of [stack.preview(theSwitch(inputs)), stack.up(theSwitch(inputs))]) {
      const refused = await run;
      assert.equal(refused.ok, false);
      assert.match(problem(refused), /blue 80 · green 20, and the record says blue 100 · green 0/);
    }
    assert.equal(stack.named("switch")[0]?.initErrors, undefined, "a refusal is no partial failure");
  };
  await refuses();
  // A refresh that is only a preview: what it reads does not stay in the state.
  using another = stackFor(there.account);
  await copyFile(stack.options.stateFile, another.options.stateFile);
  assert.equal((await another.refresh()).changes.update, 1);
  await refuses();
  // A state that shows the same weights for another reason shows no edit.
  await there.setBlue(100);
  assert.equal((await stack.refresh()).ok, true);
  await there.setBlue(80);
  await refuses();
  assert.deepEqual(await there.item(), before, "somebody who only looked has written");

  assert.equal((await stack.refresh()).changes.update, 1);
  const [entry] = stack.named("switch");
  assert.deepEqual([entry?.outputs["weights"], entry?.inputs["greenWeight"]], [{ blue: 80, green: 20 }, 20]);
  assert.equal((await stack.preview(theSwitch({ ...inputs, greenWeight: 20 }))).changes.update, 1);
  assert.deepEqual(await there.item(), before, "somebody who only looked has written");

  const adopted = await stack.up(theSwitch({ ...inputs, greenWeight: 20 }));
  assert.equal(adopted.ok, true, problem(adopted));
  assert.deepEqual((await there.recorded())?.weights, { blue: 80, green: 20 });
  assert.equal((await stack.preview(theSwitch({ ...inputs, greenWeight: 20 }))).changes.same, 1);
  assert.equal(stack.named("switch")[0]?.inputs["handEdit"], undefined);
});

test("a rule that was deleted is made again by the up after a refresh, and refused before", async () => {
  await using there = await deployed();
  using stack = stackFor(there.account);
  await stack.up(theSwitch(there.inputs));
  await there.account.elb.send(new DeleteRuleCommand({ RuleArn: there.ruleArn }));
  assert.match(problem(await stack.up(theSwitch(there.inputs))), /no longer exists\. Run pulumi refresh/);
  assert.equal((await stack.refresh()).changes.delete, 1);
  assert.equal((await there.recorded())?.ruleArn, there.ruleArn, "a refresh wrote");
  const made = await stack.up(theSwitch(there.inputs));
  assert.equal(made.ok, true, problem(made));
  const { ruleArn, weights } = (await there.recorded()) ?? {};
  assert.notEqual(ruleArn, there.ruleArn);
  assert.deepEqual(weights, { blue: 100, green: 0 });
});

test("a lease that is held refuses an up and a destroy", async () => {
  const lease = { owner: "somebody else", since: Date.now(), until: Date.now() + 600_000 };
  await using there = await deployed();
  using stack = stackFor(there.account);
  await stack.up(theSwitch(there.inputs));
  await there.write({ lease });
  assert.match(problem(await stack.up(theSwitch({ ...there.inputs, greenWeight: 5 }))), /somebody else/);
  assert.match(problem(await stack.destroy()), /somebody else is moving traffic since 20/);
  assert.notEqual(await there.rule(), undefined);
});

test("an up whose inputs did not change takes up what a killed one left, and says what it does", async () => {
  await using there = await deployed();
  using stack = stackFor(there.account);
  const { inputs } = there;
  await stack.up(theSwitch(inputs));
  const rollout = {
    id: "r",
    candidate: "green",
    release: b,
    asked: 100,
    rollbackTarget: { blue: 100, green: 0 },
    startedAt: Date.now() - 120_000,
    tried: [],
    passed: [],
  } as const;
  const lease = { owner: "killed", since: Date.now() - 120_000, until: Date.now() - 1 };
  await there.write({
    weights: { blue: 75, green: 25 },
    rollout: { ...rollout, tried: [], passed: [] },
    lease,
  });
  await there.setBlue(75);

  const preview = await stack.preview(theSwitch(inputs));
  assert.equal(preview.changes.update, 1);
  const { changes } = await stack.up(theSwitch(inputs));
  assert.equal(changes.same, 0);
  const said = stack.events.flatMap((event) => (event.kind === "log" ? [event.message] : []));
  assert.ok(
    said.some((line) => /stopped at 25 % and is no longer what this up asks for/.test(line)),
    said.join("\n"),
  );
});

test("an up whose credentials are about to end moves nothing, and says when they end", async () => {
  await using there = await deployed();
  const end = new Date(Date.now() + 30_000).toISOString();
  using stack = stackFor(there.account, { AWS_CREDENTIAL_EXPIRATION: end });
  const result = await stack.up(theSwitch({ ...there.inputs, greenWeight: 25 }));
  assert.equal(result.ok, false);
  assert.match(problem(result), /its credentials end at \d{4}-/);
  assert.equal((await there.recorded())?.weights.blue, 100);
});
