import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import * as runtimeSettings from "@pulumi/pulumi/runtime/settings.js";
import * as runtimeState from "@pulumi/pulumi/runtime/state.js";
import { parse } from "yaml";
import type { SwitchPreview } from "../../domain/request.ts";
import { typed } from "../../infra/config.ts";
import { partitionOf } from "../../infra/partition.ts";
import { readConfig } from "../../infra/read.ts";
import { makeStack } from "../../infra/stack.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { asTexts, wholeKeys } from "../../rehearsal/stage/whole-keys.ts";

/** One resource as the program registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What is known of it once it exists: its inputs and what AWS would add. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly parent: string;
  /** `type name` of everything that exists before it. */
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Outputs that are secret whatever the provider says. */
  readonly secretOutputs: readonly string[];
  /** How long an update may take; empty: as long as the provider says. */
  readonly updateWithin: string;
}

export interface Evaluation {
  readonly resources: readonly Registered[];
  /** The one resource of this type and name. Throws when there is none. */
  one(type: string, name?: string): Registered;
  all(type: string): readonly Registered[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Names of the outputs that are marked as secret. */
  readonly secretOutputs: readonly string[];
  /** Warnings that the program told. */
  readonly warnings: readonly string[];
}

type Answer = Partial<SwitchPreview> | Error;

export interface World {
  /** Keys of the AWS provider besides its region, such as `aws:defaultTags`. */
  readonly awsConfig?: Readonly<Record<string, unknown>>;
  /** What the switch answers when it is asked what is live; an error is its refusal. A function sees what it is asked. */
  readonly preview?: Answer | ((request: Record<string, unknown>) => Answer);
  readonly dryRun?: boolean;
  /** The stack's name; production unless set. */
  readonly stack?: string;
  /** Where the stack is; us-east-1 unless set. */
  readonly region?: string;
  /** Keys of the config that were set with --secret. */
  readonly secretKeys?: readonly string[];
  /** What the account says to a lookup that it refuses, by the function's token and what it is asked. */
  readonly refuses?: (token: string, args: Readonly<Record<string, unknown>>) => string | null;
  /** Names of the parameters of Systems Manager that there are; all that are asked for unless set. */
  readonly parameters?: readonly string[];
  /** Every resource before the program was refused. */
  readonly onRegister?: (name: string) => void;
}

const account = "123456789012";
const region = "us-east-1";
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

/** The config of a stack file at the top of the repository, as Pulumi hands it to the program. */
export function stackConfig(name: string): Readonly<Record<string, unknown>> {
  return stackConfigIn(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
}

/** The same of a stack file's text. */
export function stackConfigIn(text: string): Readonly<Record<string, unknown>> {
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith("hub:") ? [[key.slice(4), typed(value)]] : [],
    ),
  );
}

/** The config of the example that ships. */
export const production = stackConfig("Pulumi.production.yaml");

const firstDeployment: SwitchPreview = {
  first: true,
  live: null,
  weights: null,
  action: "first",
  summary: "blue becomes live",
  handEdit: null,
  steps: [],
  releases: null,
  credentialsUntil: null,
  credentialsAssumed: false,
  kept: { blue: null, green: null },
  leaves: { blue: null, green: null },
  foreseen: null,
};

/** What AWS adds to a resource's inputs, by type. Only what the program reads. */
const added: Readonly<Record<string, (name: string, inputs: Record<string, unknown>) => object>> = {
  "aws:lb/loadBalancer:LoadBalancer": (name) => ({
    arn: arn("elasticloadbalancing", `loadbalancer/app/${name}-1/1`),
    arnSuffix: `app/${name}-1/1`,
    dnsName: `${name}.elb.example`,
    zoneId: "Z1",
  }),
  "aws:lb/listener:Listener": (name) => ({
    arn: arn("elasticloadbalancing", `listener/app/hub-1/1/${name}`),
  }),
  "aws:lb/listenerRule:ListenerRule": (name) => ({
    arn: arn("elasticloadbalancing", `listener-rule/app/hub-1/1/hub/${name}`),
  }),
  "aws:lb/targetGroup:TargetGroup": (name) => ({
    arn: arn("elasticloadbalancing", `targetgroup/${name}-1/1`),
  }),
  "aws:acm/certificate:Certificate": (name) => ({
    arn: arn("acm", `certificate/${name}`),
    domainValidationOptions: [
      { resourceRecordName: "_check.", resourceRecordType: "CNAME", resourceRecordValue: "_value." },
    ],
  }),
  "aws:route53/record:Record": (_name, { name }) => ({ fqdn: name }),
  "aws:s3/bucket:Bucket": (name) => ({ bucket: `${name}-1`, arn: `arn:aws:s3:::${name}-1` }),
  "aws:sns/topic:Topic": (name) => ({ arn: arn("sns", `${name}-1`) }),
  "aws:dynamodb/table:Table": (_name, inputs) => ({
    arn: arn("dynamodb", `table/${inputs["name"] as string}`),
  }),
  "aws:ecs/cluster:Cluster": (name) => ({ name: `${name}-1`, arn: arn("ecs", `cluster/${name}-1`) }),
  "aws:ecs/service:Service": (name) => ({ name: `${name}-1`, arn: arn("ecs", `service/hub-1/${name}-1`) }),
  "aws:ecs/taskDefinition:TaskDefinition": (name) => ({ arn: arn("ecs", `task-definition/${name}:1`) }),
  "aws:cloudwatch/logGroup:LogGroup": (_name, inputs) => ({
    arn: arn("logs", `log-group:${inputs["name"] as string}`),
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (_name, inputs) => ({
    arn: arn("cloudwatch", `alarm:${inputs["name"] as string}`),
  }),
  "aws:cloudwatch/eventRule:EventRule": (name) => ({ name, arn: arn("events", `rule/${name}`) }),
  "aws:iam/role:Role": (name, inputs) => ({
    name: `${name}-1`,
    arn: `arn:aws:iam::${account}:role${(inputs["path"] as string | undefined) ?? "/"}${name}-1`,
  }),
  "aws:iam/policy:Policy": (name, inputs) => ({
    name: `${name}-1`,
    arn: `arn:aws:iam::${account}:policy${(inputs["path"] as string | undefined) ?? "/"}${name}-1`,
  }),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": () => ({
    arn: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
  }),
  "aws:lambda/function:Function": (_name, inputs) => ({
    arn: arn("lambda", `function:${inputs["name"] as string}`),
  }),
  "trafficswitch:index:MetricNamespace": (_name, { start }) => ({
    namespace: `${start as string}/drawn`,
  }),
  "awsx:ec2:Vpc": () => ({
    vpcId: "vpc-1",
    publicSubnetIds: ["subnet-a", "subnet-b"],
    privateSubnetIds: ["subnet-c", "subnet-d"],
    natGateways: [{ publicIp: "198.51.100.7" }],
  }),
};

/** Keys of the account's own that secrets are encrypted with, by the secret's name, as AWS may answer them. */
const keys: Readonly<Record<string, string>> = {
  "hub/by-id": "1234abcd-12ab-34cd-56ef-1234567890ab",
  "hub/by-arn": arn("kms", "key/mrk-1"),
  "hub/by-alias": "alias/hub",
  "hub/keys": arn("kms", "key/keys"),
  "hub/by-aws": "alias/aws/secretsmanager",
};
const nameIn = (secret: string) => secret.replace(/^.*:secret:/, "").replace(/-[A-Za-z0-9]{6}$/, "");

/** Answers of functions. Anything else is an error: an answer nobody thought of would prove nothing. */
function answer(
  token: string,
  args: Record<string, unknown>,
  { preview, refuses, parameters }: World,
): object {
  const refused = refuses?.(token, args);
  // As gRPC hands on what a provider says.
  if (refused) throw Object.assign(new Error(refused), { details: refused });
  if (token === "trafficswitch:index:readSwitch") {
    const said = typeof preview === "function" ? preview(args) : preview;
    if (said instanceof Error) return { ...firstDeployment, refused: said.message };
    return { ...firstDeployment, ...said };
  }
  if (token === "aws:index/getCallerIdentity:getCallerIdentity")
    return { accountId: account, arn: "", userId: "", id: "" };
  if (token === "aws:secretsmanager/getSecret:getSecret") {
    const name = (args["name"] ?? nameIn(args["arn"] as string)) as string;
    const own = arn("secretsmanager", `secret:${name}-AbCdEf`);
    return { arn: args["arn"] ?? own, name, kmsKeyId: keys[name] ?? "" };
  }
  if (token === "trafficswitch:index:findParameters") {
    const asked = args["names"] as string[];
    return { found: parameters === undefined ? asked : asked.filter((name) => parameters.includes(name)) };
  }
  if (token === "aws:route53/getZone:getZone") return { zoneId: args["zoneId"] ?? "Z2", name: args["name"] };
  throw new Error(`the program called ${token}, which this test's account does not know`);
}

/** The same answer of an account in another region, whose ARNs begin otherwise in China and GovCloud. */
function moved(answered: object, there: string): object {
  const text = JSON.stringify(answered)
    .replaceAll("arn:aws:", `arn:${partitionOf(there).name}:`)
    .replaceAll(`:${region}:`, `:${there}:`);
  return JSON.parse(text) as object;
}

/** Keeps what a mock of Pulumi's own does not show: parent, dependencies and options. */
class Recorder extends MockMonitor {
  readonly registered: Registered[] = [];
  readonly #onRegister: World["onRegister"];

  constructor(world: World) {
    const there = world.region ?? region;
    super({
      call: ({ token, inputs }) => moved(answer(token, inputs as Record<string, unknown>, world), there),
      newResource: ({ type, name, inputs, id }: MockResourceArgs) => ({
        id: id || `${name}-id`,
        state: { ...inputs, ...moved(added[type]?.(name, inputs as Record<string, unknown>) ?? {}, there) },
      }),
    });
    this.#onRegister = world.onRegister;
  }

  override async registerResource(
    request: RegisterRequest,
    callback: (error: unknown, response: unknown) => void,
  ): Promise<void> {
    const raw = request.getObject()?.toJavaScript() ?? {};
    const name = request.getName();
    if (request.getType() !== "pulumi:pulumi:Stack") this.#onRegister?.(name);
    await super.registerResource(request, ((error: unknown, response: RegisterResponse) => {
      if (response && request.getType() !== "pulumi:pulumi:Stack")
        this.registered.push({
          type: request.getType(),
          name,
          inputs: raw,
          outputs: response.getObject().toJavaScript(),
          id: response.getId(),
          parent: request.getParent(),
          dependencies: request.getDependenciesList().map(shortUrn),
          ignoreChanges: request.getIgnorechangesList(),
          secretOutputs: request.getAdditionalsecretoutputsList(),
          updateWithin: request.getCustomtimeouts()?.getUpdate() ?? "",
        });
      callback(error, response);
    }) as never);
  }
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getCustomtimeouts(): { getUpdate(): string } | undefined;
}
interface RegisterResponse {
  getId(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

/** `type name` of a URN. */
function shortUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

/**
 * Evaluates the whole program in this process against an account that answers at once, and returns everything it registered.
 * `config` is laid over the production example. Rejects as the program does.
 */
export async function evaluate(
  config: Readonly<Record<string, unknown>> = {},
  world: World = {},
): Promise<Evaluation> {
  return evaluateExactly(layConfig({ ...production }, config), world);
}

/** The same with this config and nothing under it. */
function evaluateExactly(config: Readonly<Record<string, unknown>>, world: World = {}): Promise<Evaluation> {
  return (runtimeState as unknown as Internals).withLocalStorage(async () => {
    const monitor = new Recorder(world);
    const internals = runtimeSettings as unknown as Internals;
    internals.setMockOptions(monitor, "hub", world.stack ?? "production", world.dryRun ?? false, "test");
    await internals.awaitFeatureSupport();
    const keys = { ...wholeKeys("hub", config, world.region ?? region), ...world.awsConfig };
    pulumi.runtime.setAllConfig(asTexts(keys));
    const warnings: string[] = [];
    const { config: parsed, place, hidden } = readWith(world.secretKeys ?? []);
    const made = await makeStack(parsed, place, hidden);
    const outputs = await settled(pulumi.output(made));
    await internals.waitForRPCs();
    const { registered } = monitor;
    warnings.push(...(outputs["warnings"] as string[]));
    return {
      resources: registered,
      warnings,
      outputs,
      secretOutputs: await secretOnes(made),
      all: (type) => registered.filter((resource) => resource.type === type),
      one(type, name) {
        const found = registered.filter(
          (resource) => resource.type === type && (name === undefined || resource.name === name),
        );
        const [only] = found;
        if (only === undefined || found.length > 1)
          throw new Error(`${found.length} resources are ${type}${name === undefined ? "" : ` ${name}`}`);
        return only;
      },
    };
  });
}

/** What the engine tells a program in its environment, for as long as it reads its config. */
function readWith(secretKeys: readonly string[]): ReturnType<typeof readConfig> {
  process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(secretKeys.map((key) => `hub:${key}`));
  try {
    return readConfig();
  } finally {
    delete process.env["PULUMI_CONFIG_SECRET_KEYS"];
  }
}

async function secretOnes(outputs: Readonly<Record<string, unknown>>): Promise<string[]> {
  const secret: string[] = [];
  for (const [name, value] of Object.entries(outputs))
    if (pulumi.Output.isInstance(value) && (await pulumi.isSecret(value))) secret.push(name);
  return secret;
}

interface Internals {
  withLocalStorage<Result>(work: () => Promise<Result>): Promise<Result>;
  setMockOptions(monitor: unknown, project: string, stack: string, preview: boolean, org: string): void;
  awaitFeatureSupport(): Promise<void>;
  waitForRPCs(): Promise<void>;
}

function settled(output: pulumi.Output<object>): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as Record<string, unknown>));
  });
}
