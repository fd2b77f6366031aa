import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttributeDefinition,
  BillingMode,
  CreateTableCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type LocalAws, defaultVpc, startAws, systemClock } from "../src/index.ts";
import { freePort } from "./balancer-kit.ts";

/** An empty local account with the clients that tests call it with. Their retries are off: an error is what is asked for. */
export class Account {
  readonly aws: LocalAws;
  readonly folder: string;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly dynamodb: DynamoDBClient;

  private constructor(aws: LocalAws, folder: string) {
    this.aws = aws;
    this.folder = folder;
    this.elb = new ElasticLoadBalancingV2Client(this.settings());
    this.dynamodb = new DynamoDBClient(this.settings());
  }

  static async open(options: { propagationDelayMs?: number; pageSize?: number } = {}): Promise<Account> {
    const folder = await mkdtemp(join(tmpdir(), "account-"));
    const aws = await startAws({
      images: {},
      folder: join(folder, "tasks"),
      clock: systemClock,
      random: Math.random,
      ...options,
    });
    return new Account(aws, folder);
  }

  settings(maxAttempts = 1) {
    const { AWS_REGION = "", AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = this.aws.env;
    return {
      region: AWS_REGION,
      endpoint: this.aws.endpoint,
      maxAttempts,
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    };
  }

  async makeTargetGroup(name: string): Promise<string> {
    const { TargetGroups } = await this.elb.send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: "HTTP",
        Port: 80,
        VpcId: defaultVpc.vpcId,
        TargetType: "ip",
      }),
    );
    return TargetGroups?.[0]?.TargetGroupArn ?? "";
  }

  /** A balancer whose listener answers 404, on a port nobody had. */
  async makeListener(): Promise<{ listenerArn: string; port: number; url: string }> {
    const { LoadBalancers } = await this.elb.send(
      new CreateLoadBalancerCommand({ Name: "hub", Subnets: [...defaultVpc.subnets], Scheme: "internal" }),
    );
    const port = await freePort();
    const { Listeners } = await this.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
        Protocol: "HTTP",
        Port: port,
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
      }),
    );
    return { listenerArn: Listeners?.[0]?.ListenerArn ?? "", port, url: `http://127.0.0.1:${port}` };
  }

  async makeTable(name: string): Promise<void> {
    const key: AttributeDefinition[] = [{ AttributeName: "id", AttributeType: "S" }];
    await this.dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions: key,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.elb.destroy();
    this.dynamodb.destroy();
    await this.aws.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
