import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient, CloudWatchLogsClientConfig } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { shortBackOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";

/** The AWS clients that checks read through. */
export interface AwsClients {
  elb: ElasticLoadBalancingV2Client;
  ecs: ECSClient;
  cloudwatch: CloudWatchClient;
  logs: CloudWatchLogsClient;
  dynamodb: DynamoDBClient;
  secrets: SecretsManagerClient;
  sns: SNSClient;
  ssm: SSMClient;
}

/** The options of AWS clients: where they are, and whom they act as. */
export interface ClientOptions {
  /** Left out: AWS_REGION or the profile's. */
  region?: string;
  profile?: string;
  /** What the clients made here act with; left out: the caller's own. */
  credentials?: CloudWatchLogsClientConfig["credentials"];
  /** Clients somebody else made and will close. */
  given?: Partial<AwsClients>;
}

type Settings = Pick<
  CloudWatchLogsClientConfig,
  "region" | "profile" | "credentials" | "maxAttempts" | "retryStrategy"
>;

/** Makes each AWS client on first use, so that a check of a bare URL loads no AWS SDK at all. */
export class Clients {
  readonly #config: Pick<ClientOptions, "region" | "profile" | "credentials">;
  readonly #given: Partial<AwsClients>;
  readonly #made: Partial<AwsClients> = {};

  constructor(options: ClientOptions = {}) {
    this.#config = {
      ...(options.region === undefined ? {} : { region: options.region }),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    };
    this.#given = options.given ?? {};
  }

  elb = () =>
    this.#client(
      "elb",
      async () => (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2Client,
    );
  ecs = () => this.#client("ecs", async () => (await import("@aws-sdk/client-ecs")).ECSClient);
  cloudwatch = () =>
    this.#client("cloudwatch", async () => (await import("@aws-sdk/client-cloudwatch")).CloudWatchClient);
  logs = () =>
    this.#client("logs", async () => (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient);
  dynamodb = () =>
    this.#client("dynamodb", async () => (await import("@aws-sdk/client-dynamodb")).DynamoDBClient);
  secrets = () =>
    this.#client(
      "secrets",
      async () => (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient,
    );
  sns = () => this.#client("sns", async () => (await import("@aws-sdk/client-sns")).SNSClient);
  ssm = () => this.#client("ssm", async () => (await import("@aws-sdk/client-ssm")).SSMClient);

  /** The one that was given, or one that is made here once. */
  async #client<Name extends keyof AwsClients>(
    name: Name,
    load: () => Promise<new (settings: Settings) => AwsClients[Name]>,
  ): Promise<AwsClients[Name]> {
    const there = this.#given[name] ?? this.#made[name];
    if (there) return there;
    const [Client, settings] = await Promise.all([load(), this.#settings()]);
    return (this.#made[name] ??= new Client(settings));
  }

  /** Throttled calls are sent again as the rollout's own are: a gate that can't read for a moment must not stop it. */
  async #settings(): Promise<Settings> {
    const { ConfiguredRetryStrategy } = await import("@smithy/core/retry");
    const { sdkTries } = limits;
    const waitMs = (tries: number) => shortBackOffMs(tries, Math.random());
    const retryStrategy = new ConfiguredRetryStrategy(sdkTries, waitMs);
    return { ...this.#config, maxAttempts: sdkTries, retryStrategy };
  }

  /** Closes the connections of the clients made here; given ones stay open. */
  close(): void {
    for (const client of Object.values(this.#made)) client.destroy();
  }
}
