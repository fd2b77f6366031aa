import type { Recorded } from "./record.ts";

/** SDK modules by the name that requests are signed for. */
const modules: Readonly<Record<string, () => Promise<object>>> = {
  acm: () => import("@aws-sdk/client-acm"),
  "application-autoscaling": () => import("@aws-sdk/client-application-auto-scaling"),
  dynamodb: () => import("@aws-sdk/client-dynamodb"),
  ec2: () => import("@aws-sdk/client-ec2"),
  ecs: () => import("@aws-sdk/client-ecs"),
  elasticloadbalancing: () => import("@aws-sdk/client-elastic-load-balancing-v2"),
  events: () => import("@aws-sdk/client-eventbridge"),
  iam: () => import("@aws-sdk/client-iam"),
  lambda: () => import("@aws-sdk/client-lambda"),
  logs: () => import("@aws-sdk/client-cloudwatch-logs"),
  monitoring: () => import("@aws-sdk/client-cloudwatch"),
  route53: () => import("@aws-sdk/client-route-53"),
  s3: () => import("@aws-sdk/client-s3"),
  secretsmanager: () => import("@aws-sdk/client-secrets-manager"),
  sns: () => import("@aws-sdk/client-sns"),
  ssm: () => import("@aws-sdk/client-ssm"),
  sts: () => import("@aws-sdk/client-sts"),
};

interface Client {
  send(command: object): Promise<object>;
  destroy(): void;
}

export type Answer = Pick<Recorded, "output" | "error">;

/** Sends calls by name with the SDK's own clients to one endpoint. Each client is made at its first call. */
export class Caller {
  readonly #endpoint: string;
  readonly #clients = new Map<string, Client>();

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** The answer or the error's code. What is no answer of AWS at all, such as a page of HTML, is an error of status 500. */
  async call(service: string, operation: string, input: object): Promise<Answer> {
    const load = modules[service];
    if (!load) throw new Error(`no SDK client is known here for ${service}`);
    const module = (await load()) as Record<string, new (input: object) => object>;
    const Command = module[`${operation}Command`];
    if (!Command) throw new Error(`the SDK has no ${service} ${operation}`);
    try {
      const output = await (await this.#client(service, module)).send(new Command(input));
      const { $metadata: _metadata, ...rest } = output as { $metadata?: unknown };
      return { output: rest, error: null };
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      if ($metadata === undefined) throw error;
      return { output: null, error: $metadata.httpStatusCode === 500 ? "500" : name };
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #client(service: string, module: Record<string, new (input: object) => object>): Promise<Client> {
    const known = this.#clients.get(service);
    if (known) return known;
    const name = Object.keys(module).find((key) => /^[A-Z].*Client$/.test(key));
    const Client = module[name ?? ""];
    if (!Client) throw new Error(`the SDK's module for ${service} has no client`);
    const made = new Client({
      endpoint: this.#endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIACONFORMANCE00000", secretAccessKey: "conformance" },
      maxAttempts: 1,
      // Names of buckets as host names would not resolve.
      ...(service === "s3" ? { forcePathStyle: true } : {}),
      // Moto unpacks a compressed body twice.
      disableRequestCompression: true,
    }) as Client;
    this.#clients.set(service, made);
    return made;
  }
}
