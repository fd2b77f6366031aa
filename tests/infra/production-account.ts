import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalAws, callLine, startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import { type EngineEvent, type RunResult, destroy, preview, up } from "pulumi-engine";
import { awsProvider, awsxProvider } from "pulumi-engine/providers";
import { repository } from "../../rehearsal/stage/index.ts";
import { type Named, makeNamed, namedBy } from "../../rehearsal/stage/named-by-config.ts";
import { asTexts, wholeKeys } from "../../rehearsal/stage/whole-keys.ts";
import { production } from "./program.ts";
import type { RecordedCall } from "./recorded-calls.ts";

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
  /** Every call of AWS since the account was empty. */
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

interface Run {
  readonly result: RunResult;
  /** `operation type name` of every step but those that change nothing, each once. */
  readonly steps: readonly string[];
  /** Every call of AWS that was made meanwhile, the switch's and the guardian's among them. */
  readonly calls: readonly RecordedCall[];
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
  const calls: RecordedCall[] = [];
  aws.onCall((event) => {
    if (event.when === "after") calls.push(JSON.parse(callLine(event)) as RecordedCall);
  });
  const run = async (
    verb: typeof preview | typeof destroy,
    config: Readonly<Record<string, unknown>>,
    plugins?: Record<string, string>,
  ): Promise<Run> => {
    const steps = new Set<string>();
    const before = calls.length;
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
    return { result, steps: [...steps], calls: calls.slice(before) };
  };
  const make = (of: Named) => makeNamed(aws, of, () => "of-no-use");
  const trafficswitch = fileURLToPath(new URL("plain-switch", import.meta.url));
  try {
    await make(named);
  } catch (error) {
    await aws.close();
    throw error;
  }
  return {
    aws,
    calls,
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
