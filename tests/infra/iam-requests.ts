import { type Known, arn, asked, globally } from "./iam-resources.ts";
import type { Attempt } from "./policy.ts";
import type { RecordedCall } from "./recorded-calls.ts";

type Context = NonNullable<Attempt["context"]>;
type Input = RecordedCall["input"];

/** What a call is allowed by, where IAM names it otherwise than the API: service and action. */
const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };
const renamed: Readonly<Record<string, string>> = {
  "s3:HeadBucket": "s3:ListBucket",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
};

/** Turns recorded calls, in their order, into what IAM is asked about each. Names and tags are learnt from the calls before. */
export class IamRequests {
  /** ARNs of roles and secrets by name, and of policies by ARN. */
  readonly #arns = new Map<string, string>();
  /** Boundary of each role, by ARN. */
  readonly #boundaries = new Map<string, string>();
  /** Tags of the load balancer's things, by ARN. */
  readonly #tags = new Map<string, Readonly<Record<string, string>>>();

  readonly #known: Known = {
    roleArn: (name) => this.#arns.get(`role ${name}`) ?? globally("iam", `role/${name}`),
    boundaryOf: (role) => this.#boundaries.get(role),
    secretArn: (name) => this.#arns.get(`secret ${name}`),
  };

  /** What IAM is asked before this call is done. Throws for a service that nobody has described here. */
  of(call: RecordedCall): Attempt[] {
    this.#learn(call);
    const { service, operation } = call;
    const name = `${prefixes[service] ?? service}:${operation}`;
    const action = renamed[name] ?? name;
    const ask = asked[service];
    if (ask === undefined) throw new Error(`nobody has described what IAM asks of ${name}`);
    const { resources, context = {}, also = [] } = ask(call, this.#known);
    // What was to be made and was not has no name; whoever tries again is asked then.
    const named = resources.filter((resource) => resource !== undefined);
    return [...named.map((resource) => ({ action, resource, context })), ...also].map((attempt) => ({
      ...attempt,
      context: { ...this.#resourceTags(attempt.resource), ...attempt.context },
    }));
  }

  #learn({ service, operation, input, output }: RecordedCall): void {
    if (service === "iam" && output?.["Role"]) {
      this.#arns.set(`role ${output["Role"].RoleName}`, output["Role"].Arn);
      const bound = output["Role"].PermissionsBoundary?.PermissionsBoundaryArn;
      if (bound) this.#boundaries.set(output["Role"].Arn, bound);
    }
    if (service === "secretsmanager" && output?.["ARN"])
      this.#arns.set(`secret ${output["Name"]}`, output["ARN"]);
    if (service !== "elasticloadbalancing") return;
    if (operation === "AddTags") for (const tagged of input["ResourceArns"]) this.#tag(tagged, input["Tags"]);
    if (operation === "CreateRule" && input["Tags"]) this.#tag(output?.["Rules"][0].RuleArn, input["Tags"]);
  }

  #tag(tagged: string, tags: readonly { Key: string; Value: string }[]): void {
    const given = Object.fromEntries(tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value]));
    this.#tags.set(tagged, { ...this.#tags.get(tagged), ...given });
  }

  #resourceTags(resource: string): Context {
    return this.#tags.get(resource) ?? {};
  }
}

/** What ECS asks as the execution role of a task definition, before it starts the containers. */
export function startingAttempts({ input }: RecordedCall): Attempt[] {
  return (input["containerDefinitions"] as Input[]).flatMap((container) => {
    const group = container["logConfiguration"]?.options["awslogs-group"];
    const stream = arn("logs", `log-group:${group}:log-stream:${container["name"]}/1`);
    const credentials = container["repositoryCredentials"]?.credentialsParameter;
    return [
      { action: "logs:CreateLogStream", resource: stream },
      { action: "logs:PutLogEvents", resource: stream },
      ...[...(container["secrets"] ?? []).map((one: Input) => one["valueFrom"]), credentials]
        .filter(Boolean)
        .map((from: string) =>
          from.includes(":secretsmanager:")
            ? {
                action: "secretsmanager:GetSecretValue",
                resource: from.split(":").slice(0, 7).join(":"),
              }
            : { action: "ssm:GetParameters", resource: from },
        ),
    ];
  });
}

/** What the agent asks as a task's own role when the sidecar protects its task. */
export const protectingAttempts = (cluster: string): Attempt[] =>
  ["ecs:UpdateTaskProtection", "ecs:GetTaskProtection"].map((action) => ({
    action,
    resource: `${cluster.replace(":cluster/", ":task/")}/0123456789abcdef0123456789abcdef`,
    context: { "ecs:cluster": cluster },
  }));
