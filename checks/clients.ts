import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient, CloudWatchLogsClientConfig } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import { shortBackOffMs } from "../rollout/policy/back-off.ts";
import { limits } from "../rollout/policy/limits.ts";

/** The AWS clients that checks read through. */
export interface AwsClients {
  elb: ElasticLoadBalancingV2Client;
  ecs: ECSClient;
  cloudwatch: CloudWatchClient;
  logs: CloudWatchLogsClient;
  dynamodb: DynamoDBClient;
  secrets: SecretsManagerClient;
  sns: SNSClient;
}

export interface ClientOptions {
  /** Left out: AWS_REGION or the profile's. */
  region?: string;
  profile?: string;
  /** What the clients made here act with; left out: the caller's own. */
  credentials?: CloudWatchLogsClientConfig["credentials"];
  /** Clients somebody else made and will close. */
  given?: Partial<AwsClients>;
}

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

  async elb() {
    const [{ ElasticLoadBalancingV2Client: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-elastic-load-balancing-v2"),
      this.#settings(),
    ]);
    return this.#given.elb ?? (this.#made.elb ??= new Client(settings));
  }

  async ecs() {
    const [{ ECSClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-ecs"),
      this.#settings(),
    ]);
    return this.#given.ecs ?? (this.#made.ecs ??= new Client(settings));
  }

  async cloudwatch() {
    const [{ CloudWatchClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-cloudwatch"),
      this.#settings(),
    ]);
    return this.#given.cloudwatch ?? (this.#made.cloudwatch ??= new Client(settings));
  }

  async logs() {
    const [{ CloudWatchLogsClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-cloudwatch-logs"),
      this.#settings(),
    ]);
    return this.#given.logs ?? (this.#made.logs ??= new Client(settings));
  }

  async dynamodb() {
    const [{ DynamoDBClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-dynamodb"),
      this.#settings(),
    ]);
    return this.#given.dynamodb ?? (this.#made.dynamodb ??= new Client(settings));
  }

  async secrets() {
    const [{ SecretsManagerClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-secrets-manager"),
      this.#settings(),
    ]);
    return this.#given.secrets ?? (this.#made.secrets ??= new Client(settings));
  }

  async sns() {
    const [{ SNSClient: Client }, settings] = await Promise.all([
      import("@aws-sdk/client-sns"),
      this.#settings(),
    ]);
    return this.#given.sns ?? (this.#made.sns ??= new Client(settings));
  }

  /** Throttled calls are sent again as the rollout's own are: a gate that can't read for a moment must not stop it. */
  async #settings() {
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
