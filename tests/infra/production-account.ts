import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalAws, functionKey, startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import { type EngineEvent, type RunResult, destroy, preview, up } from "pulumi-engine";
import { awsProvider, awsxProvider } from "pulumi-engine/providers";
import { repository } from "../../rehearsal/stage/index.ts";
import { type Named, makeNamed, namedBy } from "../../rehearsal/stage/named-by-config.ts";
import { asTexts, wholeKeys } from "../../rehearsal/stage/whole-keys.ts";
import { production } from "./program.ts";

/** An account in which the production example is deployed. Its containers are stand-ins that answer 200 and do nothing. */
export interface ProductionAccount {
  readonly aws: LocalAws;
  preview(config: Readonly<Record<string, unknown>>): Promise<Run>;
  /** The switch takes its gates to pass: the hub's public name leads nowhere here. */
  up(config: Readonly<Record<string, unknown>>): Promise<Run>;
  destroy(): Promise<Run>;
  /** Text of the state file. */
  state(): Promise<string>;
  /** Makes secrets and a zone, as a person does. */
  make(named: Named): Promise<void>;
  /** IAM actions of every call that `up` made so far: as itself, and as the role that it assumed. */
  readonly actions: { readonly own: ReadonlySet<string>; readonly asRole: ReadonlySet<string> };
  close(): Promise<void>;
}

interface Run {
  readonly result: RunResult;
  /** `operation type name` of every step but those that change nothing, each once. */
  readonly steps: readonly string[];
  /** IAM actions of the calls that it made as itself. */
  readonly actions: ReadonlySet<string>;
}

const bin = join(repository, "packages/pulumi-engine/src/cli/bin");
const servedPlugins = { aws: bin, awsx: bin, trafficswitch: join(repository, "rollout/plugin") };

const answers = `
  const [, port = 0] = (process.env.SIDECAR_LISTEN ?? "").split(":");
  if (port) require("node:http").createServer((_, response) => response.end("{}")).listen(port, "127.0.0.1");
  setInterval(() => {}, 1e6);
  process.on("SIGTERM", () => process.exit());`;

/**
 * @param served the AWS providers run as plugins of their own, as the Pulumi CLI starts them
 * @param secretKeys keys of it that were set with --secret
 * @param example the stack config that is deployed; the production example unless another is given
 * @param named the secrets and the zone that are made before; all that the example names unless given
 */
export async function openProductionAccount({
  served = false,
  example = production,
  secretKeys = [] as readonly string[],
  named = namedBy(example),
} = {}): Promise<ProductionAccount> {
  const folder = await mkdtemp(join(tmpdir(), "production-"));
  const command = ["node", "-e", answers];
  const images = ["blue", "green", "sidecar"].flatMap((key) =>
    example[key] === undefined ? [] : [(example[key] as { image: string }).image],
  );
  const aws = await startAws({
    images: Object.fromEntries(images.map((image) => [image, { command }])),
    folder: join(folder, "tasks"),
    clock: systemClock,
    random: seeded(1),
    healthCheckSpeedup: 50,
    // The guardian sleeps: its calls are not the deployment's.
    scheduleSpeedup: 0.001,
    // 443 and 80 are not for everybody on every machine.
    listenerPort: () => 0,
  });
  const actions = { own: new Set<string>(), asRole: new Set<string>() };
  aws.onCall(({ when, service, operation, signer }) => {
    // The guardian, which an alarm may wake, is not the deployment.
    if (when === "before" && signer !== functionKey)
      actions[signer.startsWith("ASIA") ? "asRole" : "own"].add(actionOf(service, operation));
  });
  const run = async (
    verb: typeof preview | typeof destroy,
    config: Readonly<Record<string, unknown>>,
    plugins?: Record<string, string>,
  ): Promise<Run> => {
    const steps = new Set<string>();
    const before = [...actions.own];
    actions.own.clear();
    const result = await verb({
      projectFolder: repository,
      program: "./infra/index.ts",
      project: "hub",
      stack: "production",
      config: asTexts(wholeKeys("hub", { ...example, ...config })),
      secretKeys: secretKeys.map((key) => `hub:${key}`),
      stateFile: join(folder, "state.json"),
      env: aws.env,
      providers: served
        ? {}
        : { aws: () => awsProvider({ env: aws.env }), awsx: () => awsxProvider({ env: aws.env }) },
      ...(served ? { plugins: { ...servedPlugins, ...plugins } } : plugins === undefined ? {} : { plugins }),
      onEvent(event: EngineEvent) {
        if (event.kind === "step" && event.op !== "same")
          steps.add(`${event.op} ${event.type} ${event.name}`);
      },
    });
    const called = new Set(actions.own);
    for (const action of before) actions.own.add(action);
    return { result, steps: [...steps], actions: called };
  };
  const make = (of: Named) => makeNamed(aws, of, () => "of-no-use");
  const trafficswitch = fileURLToPath(new URL("plain-switch", import.meta.url));
  try {
    await make(named);
    actions.own.clear();
  } catch (error) {
    await aws.close();
    throw error;
  }
  return {
    aws,
    actions,
    make,
    preview: (config) => run(preview, config),
    up: (config) => run(up, config, { trafficswitch }),
    destroy: () => run(destroy, {}, { trafficswitch }),
    state: () => readFile(join(folder, "state.json"), "utf8"),
    async close() {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };
/** Where IAM calls an action otherwise than the API calls its operation. */
const renamed: Readonly<Record<string, string>> = {
  "s3:HeadBucket": "s3:ListBucket",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
};

function actionOf(service: string, operation: string): string {
  const action = `${prefixes[service] ?? service}:${operation}`;
  return renamed[action] ?? action;
}
