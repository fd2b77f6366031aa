import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AccessEntry,
  type ImageCommand,
  type Images,
  type LocalAws,
  startAws,
  systemClock,
} from "local-aws";
import {
  type EngineEvent,
  type EngineOptions,
  type RunResult,
  destroy,
  preview,
  refresh,
  up,
} from "pulumi-engine";
import { awsProvider, awsxProvider } from "pulumi-engine/providers";
import type { Colour } from "../../domain/colour.ts";
import { notReadyWords } from "../../domain/telemetry.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { layConfig, rehearsalConfig, signingSecret } from "./config.ts";

/** The repository: where Pulumi.yaml is. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));
export const project = "hub";
export const stackName = "rehearsal";

export interface StageOptions {
  readonly images: Images;
  /** Laid over the rehearsal's own stack config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly random: () => number;
  readonly propagationDelayMs?: number;
  /** How much faster than on AWS targets are checked and schedules run. */
  readonly speedup?: number;
  /** The same for schedules alone. */
  readonly scheduleSpeedup?: number;
  readonly onNote?: (note: string) => void;
}

interface RunOptions {
  readonly signal?: AbortSignal;
  /** Aborted: the engine ends at once, as if it were killed. */
  readonly killSignal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Another state than the stage's own: an operator on another machine, whom no lock of this one stops. */
  readonly stateFile?: string;
  /** Folders of plugin executables by package, in place of those that Pulumi.yaml names. */
  readonly plugins?: Record<string, string>;
}

/** A place where the real program is deployed: an account of its own, an engine's state, a public address. */
export interface Stage {
  readonly aws: LocalAws;
  /** Where clients connect. */
  readonly url: string;
  readonly folder: string;
  /** The stack config as it is now. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Key that signs probes; for the load's own. */
  readonly signingKey: string;
  /** Hears every request that the balancer served. */
  onAccess(listener: (entry: AccessEntry) => void): () => void;
  /** Adds an image made from those that there are; returns its reference. */
  addImage(make: (images: Images) => { reference: string; image: ImageCommand }): string;
  /** Last lines that the hub of a slot wrote, oldest first. */
  hubLog(slot: Colour, lines: number): readonly string[];
  /** Why a slot's hub was not ready, in its sidecar's last words about it; null: it said nothing of the kind. */
  notReady(slot: Colour): string | null;
  /** Changes stack config, as `pulumi config set` does. */
  set(config: Readonly<Record<string, unknown>>): void;
  preview(options?: RunOptions): Promise<RunResult>;
  up(options?: RunOptions): Promise<RunResult>;
  refresh(options?: RunOptions): Promise<RunResult>;
  destroy(options?: RunOptions): Promise<RunResult>;
  /** Environment in which the repository's commands see this account. */
  readonly env: Readonly<Record<string, string>>;
  /** What a run of the engine is given, but for its providers; plain data, so that another process can run it. */
  engineOptions(): Omit<EngineOptions, "providers"> & { readonly env: Readonly<Record<string, string>> };
  /** Stops everything at once and removes what is on disk. */
  close(): Promise<void>;
}

/** A stage, opened: a local AWS in a folder of its own, on which the real program runs. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const port = await portOf(options.config);
  const folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  const listeners = new Set<(entry: AccessEntry) => void>();
  const images: Record<string, ImageCommand> = { ...options.images };
  let aws: LocalAws;
  try {
    aws = await startAws({
      images,
      folder: join(folder, "tasks"),
      clock: systemClock,
      random: options.random,
      propagationDelayMs: options.propagationDelayMs ?? 0,
      healthCheckSpeedup: options.speedup ?? 10,
      scheduleSpeedup: options.scheduleSpeedup ?? options.speedup ?? 10,
      onAccess: (entry) => {
        for (const listener of listeners) listener(entry);
      },
      ...(options.onNote ? { onNote: options.onNote } : {}),
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  aws.runner.removeAtEnd(folder);
  try {
    let config = layConfig(rehearsalConfig(port, join(folder, "evidence")), options.config);
    const access = config["access"] as { port: number };
    const signingKey = await makeSecret(aws, options.random);
    const env = { ...aws.env };
    const engineOptions = () => ({
      projectFolder: repository,
      program: "./infra/index.ts",
      project,
      stack: stackName,
      config: texts(config),
      stateFile: join(folder, "state.json"),
      env,
    });
    const run =
      (verb: (options: EngineOptions) => Promise<RunResult>) =>
      (how: RunOptions = {}) =>
        verb({
          ...engineOptions(),
          ...(how.stateFile === undefined ? {} : { stateFile: how.stateFile }),
          providers: { aws: () => awsProvider({ env }), awsx: () => awsxProvider({ env }) },
          ...(how.signal ? { signal: how.signal } : {}),
          ...(how.killSignal ? { killSignal: how.killSignal } : {}),
          ...(how.plugins ? { plugins: how.plugins } : {}),
          ...(how.onEvent ? { onEvent: how.onEvent } : {}),
        });
    return {
      aws,
      url: `http://127.0.0.1:${access.port}`,
      folder,
      get config() {
        return config;
      },
      signingKey,
      env,
      engineOptions,
      onAccess(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      addImage(make) {
        const { reference, image } = make(images);
        images[reference] = image;
        return reference;
      },
      hubLog: (slot, lines) => lastHubLines(aws.logs, slot, lines),
      notReady: (slot) => lastNotReady(aws.logs, slot),
      set(changed) {
        config = layConfig(config, changed);
      },
      preview: run(preview),
      up: run(up),
      refresh: run(refresh),
      destroy: run(destroy),
      async close() {
        await aws.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await aws.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What the hub's container wrote, without its sidecar's lines; streams are named prefix/container/task. */
function lastHubLines(logs: LocalAws["logs"], slot: Colour, count: number): readonly string[] {
  const written = logs.lines(`/${project}/${stackName}/${slot}`, (stream) => stream.includes("/hub/"));
  return written.slice(-count);
}

function lastNotReady(logs: LocalAws["logs"], slot: Colour): string | null {
  const written = logs.lines(`/${project}/${stackName}/${slot}`, (stream) => stream.includes("/sidecar/"));
  const line = written.findLast((text) => text.includes(notReadyWords));
  return line === undefined ? null : (JSON.parse(line) as { text: string }).text;
}

/** Whole keys and texts, as the engine takes them: JSON where it is JSON. */
function texts(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const own = Object.entries(config).map(([key, value]) => [
    `${project}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { ...(Object.fromEntries(own) as Record<string, string>), "aws:region": "us-east-1" };
}

/** The secret that a person makes before the first deployment. */
async function makeSecret(aws: LocalAws, random: () => number): Promise<string> {
  const key = Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join("");
  const { SecretsManagerClient, CreateSecretCommand } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: {
      accessKeyId: aws.env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: aws.env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
  await client.send(new CreateSecretCommand({ Name: signingSecret, SecretString: key }));
  client.destroy();
  return key;
}

/** The balancer's port: the one that the config asks for, or any that is free. */
async function portOf({ access }: Readonly<Record<string, unknown>>): Promise<number> {
  const asked = (access as { port?: number } | undefined)?.port;
  return await freePort(asked).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
    const why = error.code === "EACCES" ? "may not be used by this user" : "is taken";
    throw new UsageError(
      `access.port: port ${asked} of 127.0.0.1 ${why}. Name another in the config file, or leave it out.`,
      null,
      { cause: error },
    );
  });
}

/** A port nobody listens on now: `port`, or any. Rejects with EADDRINUSE when somebody does. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
