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
import type { RunResult } from "pulumi-engine";
import type { Colour } from "../../domain/colour.ts";
import { sidecarGroup } from "../../domain/log-streams.ts";
import { notReadyWords } from "../../domain/telemetry.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { slotLogGroup } from "../../infra/stack-names.ts";
import { type Pace, usualPace } from "../pace.ts";
import { layConfig, rehearsalConfig } from "./config.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { Engine, EngineRun, OpenEngine } from "./engine.ts";
import { makeNamed, namedBy, namedLocally } from "./named-by-config.ts";

/** The repository: where Pulumi.yaml is. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));
/** The rehearsed project's name. */
export const project = "hub";
/** The rehearsed stack's name. */
export const stackName = "rehearsal";

/** Names of a slot's log groups: the hub's own, and its sidecars'. */
export function logGroupsOf(slot: Colour): { readonly hub: string; readonly sidecar: string } {
  const hub = slotLogGroup({ project, stack: stackName }, slot);
  return { hub, sidecar: sidecarGroup(hub) };
}

/** The options of a stage: what it runs, and on which account. */
export interface StageOptions {
  readonly images: Images;
  /** Laid over the rehearsal's own stack config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly random: () => number;
  /** How many times slower its own times are; left out: as usual. */
  readonly pace?: Pace;
  readonly propagationDelayMs?: number;
  /** How much faster than on AWS targets are checked and schedules run. */
  readonly speedup?: number;
  /** The same for schedules alone. */
  readonly scheduleSpeedup?: number;
  readonly onNote?: (note: string) => void;
  /** Left out: the embedded engine. */
  readonly openEngine?: OpenEngine;
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
  /** What deploys here. */
  readonly engine: Engine;
  preview(run?: EngineRun): Promise<RunResult>;
  up(run?: EngineRun): Promise<RunResult>;
  refresh(run?: EngineRun): Promise<RunResult>;
  destroy(run?: EngineRun): Promise<RunResult>;
  /** Environment in which the repository's commands see this account. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops everything at once and removes what is on disk. */
  close(): Promise<void>;
}

/** How much faster than on AWS targets are checked and schedules run where nobody says otherwise. */
const usualSpeedup = 10;

/** A stage, opened: a local AWS in a folder of its own, on which the real program runs. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { pace = usualPace } = options;
  const port = await portOf(options.config);
  const folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  const listeners = new Set<(entry: AccessEntry) => void>();
  const images: Record<string, ImageCommand> = { ...options.images };
  const speedup = options.speedup ?? usualSpeedup / pace;
  let aws: LocalAws;
  try {
    aws = await startAws({
      images,
      folder: join(folder, "tasks"),
      clock: systemClock,
      random: options.random,
      // A hub that refuses public names must be seen to here, not on AWS.
      publicName: "hub.example",
      propagationDelayMs: options.propagationDelayMs ?? 0,
      healthCheckSpeedup: speedup,
      scheduleSpeedup: options.scheduleSpeedup ?? speedup,
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
    let config = layConfig(
      rehearsalConfig(port, join(folder, "evidence"), pace),
      namedLocally(options.config),
    );
    const access = config["access"] as { port: number };
    const signingKey = await makeSecrets(aws, config, options.random);
    // A plugin whose engine is killed ends in its own time; with the whole rehearsal killed, its account is gone, too, and it goes at once.
    const env = { ...aws.env, ...aws.runner.mark };
    const openEngine = options.openEngine ?? ((ground) => Promise.resolve(new EmbeddedEngine(ground)));
    const engine = await openEngine({
      projectFolder: repository,
      project,
      stack: stackName,
      folder,
      env,
      config: () => config,
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
      engine,
      preview: (run = {}) => engine.preview(run),
      up: (run = {}) => engine.up(run),
      refresh: (run = {}) => engine.refresh(run),
      destroy: (run = {}) => engine.destroy(run),
      async close() {
        await engine.close();
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

/** What the hub's container wrote. */
function lastHubLines(logs: LocalAws["logs"], slot: Colour, count: number): readonly string[] {
  const written = logs.lines(logGroupsOf(slot).hub);
  return written.slice(-count);
}

function lastNotReady(logs: LocalAws["logs"], slot: Colour): string | null {
  const written = logs.lines(logGroupsOf(slot).sidecar);
  const line = written.findLast((text) => text.includes(notReadyWords));
  return line === undefined ? null : (JSON.parse(line) as { text: string }).text;
}

/** What the config names and a person makes before the first deployment, with values of no use; returns the key that signs. */
async function makeSecrets(
  aws: LocalAws,
  config: Readonly<Record<string, unknown>>,
  random: () => number,
): Promise<string> {
  const key = Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join("");
  const { signingSecret } = config["sidecar"] as { signingSecret?: string };
  await makeNamed(aws, namedBy(config), (name) => (name === signingSecret ? key : `rehearsed: ${name}`));
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
