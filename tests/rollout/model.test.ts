import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { defaultVpc, type LocalAws, startAws, systemClock } from "local-aws";
import { Random } from "local-aws/random";
import { type SwitchRecord, switchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import { openRule } from "../../rollout/aws/rule.ts";
import { makeStore } from "../../rollout/record/store.ts";
import type { Rule, Store } from "../../rollout/run/ports.ts";
import { Model } from "../../simulation/model.ts";
import { VirtualTime } from "../../simulation/time.ts";
import { record } from "./situation.ts";

const table = "hub-test-switch";
let aws: LocalAws;
let folder: string;
let elb: ElasticLoadBalancingV2Client;
let dynamodb: DynamoDBClient;
let listenerArn: string;
let groups: { blue: string; green: string; other: string };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-"));
  aws = await startAws({ images: {}, folder, clock: systemClock, random: Math.random });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const config = { endpoint: aws.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  elb = new ElasticLoadBalancingV2Client(config);
  dynamodb = new DynamoDBClient(config);
  const made = await elb.send(
    new CreateLoadBalancerCommand({ Name: "hub", Subnets: ["subnet-a", "subnet-b"] }),
  );
  const group = async (Name: string) => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name,
        Protocol: "HTTP",
        Port: 80,
        VpcId: defaultVpc.vpcId,
        TargetType: "ip",
      }),
    );
    return TargetGroups?.[0]?.TargetGroupArn as string;
  };
  groups = { blue: await group("blue"), green: await group("green"), other: await group("other") };
  const listener = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: made.LoadBalancers?.[0]?.LoadBalancerArn,
      Port: await freePort(),
      Protocol: "HTTP",
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  listenerArn = listener.Listeners?.[0]?.ListenerArn as string;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
});

after(async () => {
  elb?.destroy();
  dynamodb?.destroy();
  await aws?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What both worlds are asked, the same of each. */
interface Asked {
  readonly rule: Pick<Rule, "read" | "modify" | "create" | "remove">;
  readonly store: Store;
  /** Puts a third target group into the rule, by hand. */
  intrude(): Promise<void>;
}

const count = async (rule: Asked["rule"]) => {
  const live = await rule.read();
  return live && { weights: live.weights, foreign: live.foreign.length };
};

/** One line of a script: what was asked, and what came back. */
async function ask(random: Random, { rule, store, intrude }: Asked): Promise<unknown[]> {
  const green = random.whole(0, 100);
  const held = await store.read();
  const version = random.chance(0.6) && held ? held.version : random.whole(0, 4);
  const what = random.pick([
    "modify",
    "modify",
    "write",
    "write",
    "first",
    "remove",
    "intrude",
    "destroy",
  ] as const);
  const of: SwitchRecord = record({ weights: weightsFor("green", green), fence: version });
  const answer = async (): Promise<unknown> => {
    switch (what) {
      case "modify":
        return rule.modify(weightsFor("green", green), 5_000);
      case "write":
        return store.write(of, version);
      case "first":
        return store.write(of, null);
      case "remove":
        return store.remove(version);
      case "intrude":
        return intrude();
      case "destroy":
        await rule.remove();
        assert.equal(await rule.read(), null);
        return void (await rule.create(weightsFor("green", green)));
      default:
        return what satisfies never;
    }
  };
  const given = await answer();
  const item = await store.read();
  return [
    what,
    given ?? null,
    await count(rule),
    item && { ...item, record: switchRecord.parse(item.record) },
  ];
}

/** The model of the simulation, asked without any fault. */
function simulated(): Asked {
  const model = new Model(new VirtualTime(), 1);
  model.setRule(weightsFor("blue", 100), "create");
  return {
    rule: {
      read: () => Promise.resolve(model.rule),
      modify: (weights) => Promise.resolve(model.setRule(weights, "by hand")),
      create: (weights) => Promise.resolve(model.create(weights)),
      remove: () => Promise.resolve(model.removeRule()),
    },
    store: {
      read: () => Promise.resolve(model.item && { ...model.item }),
      write: (of, expected) => Promise.resolve(model.write(of, expected, "by hand", "me")),
      remove: (expected) => Promise.resolve(model.remove(expected)),
    },
    intrude: () => {
      void model.addForeign(3_600_000);
      return Promise.resolve();
    },
  };
}

/** The local AWS through the switch's own clients. */
async function local(seed: number): Promise<Asked> {
  const conditions = [{ field: "path-pattern" as const, values: [`/mcp${seed}`] }];
  const make = { listenerArn, priority: seed + 1, conditions, tags: {} };
  const rule = openRule({ elb, elbOnce: elb }, { ruleArn: null, targetGroups: groups, make });
  await rule.create(weightsFor("blue", 100));
  return {
    rule,
    store: makeStore(dynamodb, table, `stack-${seed}`),
    async intrude() {
      const live = await rule.read();
      const groupsNow = [
        { TargetGroupArn: groups.blue, Weight: live?.weights.blue ?? 0 },
        { TargetGroupArn: groups.green, Weight: live?.weights.green ?? 0 },
        { TargetGroupArn: groups.other, Weight: 1 },
      ];
      const Actions = [{ Type: "forward" as const, ForwardConfig: { TargetGroups: groupsNow } }];
      await elb.send(new ModifyRuleCommand({ RuleArn: rule.ruleArn as string, Actions }));
    },
  };
}

test("the simulation's model answers as the local AWS does, on a sample of seeds", async () => {
  const asked: Record<string, number> = {};
  for (let seed = 1; seed <= 12; seed++) {
    const worlds = [simulated(), await local(seed)] as const;
    const randoms = [new Random(seed), new Random(seed)] as const;
    for (let line = 0; line < 12; line++) {
      const [model, real] = [await ask(randoms[0], worlds[0]), await ask(randoms[1], worlds[1])];
      assert.deepEqual(model, real, `seed ${seed}, line ${line}`);
      const answer = `${String(model[0])} ${String(model[1])}`;
      asked[answer] = (asked[answer] ?? 0) + 1;
    }
  }
  for (const answer of [
    "write true",
    "write false",
    "first true",
    "first false",
    "remove true",
    "remove false",
  ])
    assert.ok((asked[answer] ?? 0) > 0, `no ${answer} among ${JSON.stringify(asked)}`);
});
