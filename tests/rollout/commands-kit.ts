import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type Action,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { defaultVpc, type Images, type LocalAws, startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import { type Colour, type PerColour, colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { header, proofPath } from "../../domain/telemetry.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import { makeStore } from "../../rollout/record/store.ts";
import type { Store } from "../../rollout/run/ports.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { a, b, plan, record } from "./situation.ts";

const table = "hub-production-switch";
export const stack = "production";

/** An account with a balancer, the weighted rule of stack `production` and its record; nothing runs that `serve` did not start. */
export interface Place {
  readonly aws: LocalAws;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly store: Store;
  /** The weighted rule. */
  readonly ruleArn: string;
  /** A rule of another listener that is no switch's. */
  readonly foreignArn: string;
  /** Calls so far that change something. */
  writes(): string[];
  /** Starts a healthy target of a colour; its answers name `as`, the same colour unless given. */
  serve(of: Colour, as?: Colour): Promise<void>;
  /** Changes the record; the last inputs in it stay unless changed. */
  edit(change: (record: SwitchRecord) => SwitchRecord): Promise<void>;
  /** Changes the weighted rule, past the record. */
  setRule(weights: Weights): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param images what its tasks may run; none unless given
 * @param pageSize most items that AWS lists at once
 */
export async function openPlace(images: Images = {}, pageSize?: number): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "commands-"));
  const aws = await startAws({
    images,
    folder,
    clock: systemClock,
    random: seeded(1),
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  const access = {
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const elb = new ElasticLoadBalancingV2Client(access);
  const dynamodb = new DynamoDBClient(access);
  const servers: Server[] = [];
  const close = async () => {
    for (const server of servers) server.close();
    elb.destroy();
    dynamodb.destroy();
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [blue, green] = [await group(elb, "blue"), await group(elb, "green")];
    const port = await freePort();
    const listenerArn = await listener(elb, "hub", port, blue);
    const ruleArn = await weightedRule(elb, listenerArn, [blue, green]);
    const foreignArn = await weightedRule(elb, await listener(elb, "other", await freePort(), blue), [
      blue,
      green,
    ]);
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
    const simulated = inputsFor(plan, 0, { blue: a, green: b }, undefined);
    const inputs = {
      ...simulated,
      hub: { ...simulated.hub, url: `http://127.0.0.1:${port}`, proofPath },
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
    return {
      aws,
      elb,
      store,
      ruleArn,
      foreignArn,
      writes: () => written.splice(0),
      async serve(of, as = of) {
        servers.push(await target(elb, { blue, green }[of], as));
      },
      async edit(change) {
        const found = await store.read();
        if (!found || !(await store.write(change(found.record), found.version)))
          throw new Error("the record was changed by somebody else meanwhile");
      },
      async setRule(weights) {
        const Actions = forward({ blue, green }, weights);
        await elb.send(new ModifyRuleCommand({ RuleArn: ruleArn, Actions }));
      },
      close,
    };
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

/** Resolves once its target group calls it healthy, which takes one answer. */
async function target(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  as: Colour,
): Promise<Server> {
  const server = createServer((_, response) => response.setHeader(header.slot, as).end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const Targets = [{ Id: "127.0.0.1", Port: (server.address() as AddressInfo).port }];
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
  for (;;) {
    const seen = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn, Targets }));
    if (seen.TargetHealthDescriptions?.[0]?.TargetHealth?.State === "healthy") return server;
    await pause(10);
  }
}

async function listener(
  elb: ElasticLoadBalancingV2Client,
  Name: string,
  Port: number,
  to: string,
): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Subnets: [...defaultVpc.subnets], Type: "application" }),
  );
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port,
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
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/mcp", proofPath] } }],
      Actions: forward({ blue, green }, { blue: 100, green: 0 }),
    }),
  );
  return Rules?.[0]?.RuleArn as string;
}

function forward(groups: PerColour<string>, weights: Weights): Action[] {
  const TargetGroups = colours.map((of) => ({ TargetGroupArn: groups[of], Weight: weights[of] }));
  return [{ Type: "forward", ForwardConfig: { TargetGroups } }];
}

/** An `up` elsewhere has a quarter of the traffic on green, and holds the lease. */
export async function shiftElsewhere(place: Place, lease: NonNullable<SwitchRecord["lease"]>): Promise<void> {
  const rollout: SwitchRecord["rollout"] = {
    id: "r1",
    candidate: "green",
    release: b,
    asked: 100,
    rollbackTarget: weightsFor("blue", 100),
    startedAt: lease.since,
    tried: [],
    passed: [],
  };
  await place.edit((before) => ({ ...before, weights: weightsFor("green", 25), rollout, lease }));
  await place.setRule(weightsFor("green", 25));
}
