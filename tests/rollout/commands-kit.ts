import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { defaultVpc, startAws, type LocalAws } from "../../rehearsal/aws/index.ts";
import { systemClock } from "../../rehearsal/clock.ts";
import { seeded } from "../../rehearsal/random.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import { makeStore } from "../../rollout/aws/store.ts";
import type { Store } from "../../rollout/ports.ts";
import { a, b, plan, record } from "./situation.ts";
import { inputsFor } from "../../rehearsal/simulation/inputs.ts";

export const table = "hub-production-switch";
export const stack = "production";

/** An account with a balancer, the weighted rule of stack `production` and its record, and nothing that runs. */
export interface Place {
  readonly aws: LocalAws;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly store: Store;
  /** The weighted rule. */
  readonly ruleArn: string;
  /** A rule of another listener that is no switch's. */
  readonly strangerArn: string;
  /** Calls so far that change something. */
  writes(): string[];
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "commands-"));
  const aws = await startAws({ images: {}, folder, clock: systemClock, random: seeded(1) });
  const access = {
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const elb = new ElasticLoadBalancingV2Client(access);
  const dynamodb = new DynamoDBClient(access);
  const close = async () => {
    elb.destroy();
    dynamodb.destroy();
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [blue, green] = [await group(elb, "blue"), await group(elb, "green")];
    const listenerArn = await listener(elb, "hub", blue);
    const ruleArn = await weightedRule(elb, listenerArn, [blue, green]);
    const strangerArn = await weightedRule(elb, await listener(elb, "other", blue), [blue, green]);
    await elb.send(
      new AddTagsCommand({
        ResourceArns: [ruleArn],
        Tags: [
          { Key: "traffic-switch:table", Value: table },
          { Key: "traffic-switch:stack", Value: stack },
        ],
      }),
    );
    await dynamodb.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
    const store = makeStore(dynamodb, table, stack);
    const inputs = {
      ...inputsFor(plan, 0, { blue: a, green: b }, undefined),
      table,
      stack,
      listenerArn,
      targetGroups: { blue, green },
    };
    await store.write(record({ ruleArn, inputs }), null);
    const written: string[] = [];
    aws.onCall(({ when, operation }) => {
      if (when === "before" && /^(Modify|Put|Delete|Create|Update|Set|Register|AddTags)/.test(operation))
        written.push(operation);
    });
    return { aws, elb, store, ruleArn, strangerArn, writes: () => written.splice(0), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function group(elb: ElasticLoadBalancingV2Client, Name: string): Promise<string> {
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
}

async function listener(elb: ElasticLoadBalancingV2Client, Name: string, to: string): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Subnets: [...defaultVpc.subnets], Type: "application" }),
  );
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port: await freePort(),
      DefaultActions: [{ Type: "forward", TargetGroupArn: to }],
    }),
  );
  return Listeners?.[0]?.ListenerArn as string;
}

async function weightedRule(
  elb: ElasticLoadBalancingV2Client,
  ListenerArn: string,
  [blue, green]: readonly [string, string],
): Promise<string> {
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority: 100,
      Conditions: [{ Field: "path-pattern", Values: ["/mcp"] }],
      Actions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: blue, Weight: 100 },
              { TargetGroupArn: green, Weight: 0 },
            ],
          },
        },
      ],
    }),
  );
  return Rules?.[0]?.RuleArn as string;
}
