import type { ACM } from "@aws-sdk/client-acm";
import type { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { IAM } from "@aws-sdk/client-iam";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { Route53 } from "@aws-sdk/client-route-53";
import type { S3 } from "@aws-sdk/client-s3";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SNS } from "@aws-sdk/client-sns";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import { withOperation } from "./aws-error.ts";

/** Where the SDK's clients send their calls and as whom; without credentials they are looked for as the SDK does. */
export interface ClientSettings {
  region: string;
  /** Where every service answers; left out, the SDK's own endpoints. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** What every client of the SDK has; enough to close it and to watch its calls. */
interface Closable {
  destroy(): void;
  middlewareStack: { add: (middleware: never, options: never) => void };
}

/** As the AWS provider: its `maxRetries` is 25 unless configured. */
const maxAttempts = 26;

/**
 * Every AWS client of the provider, each loaded and made at its first use: most runs touch few services, and loading
 * one costs 0.1 to 0.4 s.
 */
export class Clients {
  readonly settings: ClientSettings;
  readonly #made = new Map<string, Promise<Closable>>();

  constructor(settings: ClientSettings) {
    this.settings = settings;
  }

  #client<T extends Closable>(
    name: string,
    make: (options: Record<string, unknown>) => Promise<T>,
  ): Promise<T> {
    const known = this.#made.get(name);
    if (known !== undefined) return known as Promise<T>;
    const { region, endpoint, credentials } = this.settings;
    const made = make({ region, endpoint, credentials, maxAttempts }).then(withOperation);
    this.#made.set(name, made);
    return made;
  }

  acm = (): Promise<ACM> =>
    this.#client("acm", async (options) => new (await import("@aws-sdk/client-acm")).ACM(options));
  autoscaling = (): Promise<ApplicationAutoScaling> =>
    this.#client(
      "autoscaling",
      async (options) =>
        new (await import("@aws-sdk/client-application-auto-scaling")).ApplicationAutoScaling(options),
    );
  cloudwatch = (): Promise<CloudWatch> =>
    this.#client(
      "cloudwatch",
      async (options) => new (await import("@aws-sdk/client-cloudwatch")).CloudWatch(options),
    );
  logs = (): Promise<CloudWatchLogs> =>
    this.#client(
      "logs",
      async (options) => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogs(options),
    );
  dynamodb = (): Promise<DynamoDB> =>
    this.#client(
      "dynamodb",
      async (options) => new (await import("@aws-sdk/client-dynamodb")).DynamoDB(options),
    );
  ec2 = (): Promise<EC2> =>
    this.#client("ec2", async (options) => new (await import("@aws-sdk/client-ec2")).EC2(options));
  ecs = (): Promise<ECS> =>
    this.#client("ecs", async (options) => new (await import("@aws-sdk/client-ecs")).ECS(options));
  elb = (): Promise<ElasticLoadBalancingV2> =>
    this.#client(
      "elb",
      async (options) =>
        new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2(options),
    );
  events = (): Promise<EventBridge> =>
    this.#client(
      "events",
      async (options) => new (await import("@aws-sdk/client-eventbridge")).EventBridge(options),
    );
  iam = (): Promise<IAM> =>
    this.#client("iam", async (options) => new (await import("@aws-sdk/client-iam")).IAM(options));
  lambda = (): Promise<Lambda> =>
    this.#client("lambda", async (options) => new (await import("@aws-sdk/client-lambda")).Lambda(options));
  route53 = (): Promise<Route53> =>
    this.#client(
      "route53",
      async (options) => new (await import("@aws-sdk/client-route-53")).Route53(options),
    );
  s3 = (): Promise<S3> =>
    this.#client(
      "s3",
      async (options) =>
        new (await import("@aws-sdk/client-s3")).S3({
          ...options,
          // bucket names as host names do not resolve on a local endpoint
          forcePathStyle: this.settings.endpoint !== undefined,
        }),
    );
  secrets = (): Promise<SecretsManager> =>
    this.#client(
      "secrets",
      async (options) => new (await import("@aws-sdk/client-secrets-manager")).SecretsManager(options),
    );
  sns = (): Promise<SNS> =>
    this.#client("sns", async (options) => new (await import("@aws-sdk/client-sns")).SNS(options));
  ssm = (): Promise<SSM> =>
    this.#client("ssm", async (options) => new (await import("@aws-sdk/client-ssm")).SSM(options));
  sts = (): Promise<STS> =>
    this.#client("sts", async (options) => new (await import("@aws-sdk/client-sts")).STS(options));

  /** Closes every connection. */
  async close(): Promise<void> {
    const made = [...this.#made.values()];
    this.#made.clear();
    for (const settled of await Promise.allSettled(made))
      if (settled.status === "fulfilled") settled.value.destroy();
  }
}
