import { setTimeout as wait } from "node:timers/promises";
import { type Colour, perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { hubStreams } from "../../domain/log-streams.ts";
import { ErrorLog } from "../logs/error-log.ts";
import { Samples } from "../logs/samples.ts";
import { SlotLog } from "../logs/slot-log.ts";
import { alarmSource } from "../sources/alarms.ts";
import { commandSource } from "../sources/commands.ts";
import { fileSource } from "../sources/files.ts";
import type { Sources } from "../sources/index.ts";
import { logSource } from "../sources/logs.ts";
import { metricSource } from "../sources/metrics.ts";
import { type ProbeOptions, probeSource, probeMarks } from "../sources/probes.ts";
import { recordSource } from "../sources/record.ts";
import { relaySource } from "../sources/relay.ts";
import { secretSource } from "../sources/secrets.ts";
import { serviceSource } from "../sources/services.ts";
import { targetSource } from "../sources/targets.ts";
import { topicSource } from "../sources/topics.ts";
import { webSource } from "../sources/web.ts";
import type { CheckContext, WatchPeriod } from "./check.ts";
import { type AwsClients, type ClientOptions, Clients } from "./clients.ts";

/** The spans after a promotion that the requirement names, shortest first. */
export const watchPeriods = [
  { name: "first-hour", ms: 3_600_000 },
  { name: "first-day", ms: 86_400_000 },
  { name: "first-week", ms: 7 * 86_400_000 },
] as const satisfies readonly WatchPeriod[];

/** How long before a rollout live's error lines are known: what it wrote then, the candidate may write as well. */
const errorsBeforeMs = 600_000;

/** What a caller may hand in instead of the real thing. */
export interface Wiring {
  /** AWS clients of the caller's own, say of an assumed role; they stay open. */
  clients?: Partial<AwsClients>;
  /** What all other clients act with, say an assumed role's; left out: the caller's own. */
  credentials?: ClientOptions["credentials"];
  now?: () => number;
  sleep?: CheckContext["sleep"];
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Left out: read from Secrets Manager by the name in the inputs; null: none. */
  signingKey?: string | null;
  token?: string | null;
  /** Left out: this process's. */
  environment?: NodeJS.ProcessEnv;
}

/** A context and the way to end it. */
export interface OpenContext extends CheckContext {
  /** Closes its sessions and the AWS clients that were made for it. */
  close(): Promise<void>;
}

/** Resolves after `ms`, or at once and without an error when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}

/** All that judging one slot of a deployment takes. One context serves all steps of a rollout. */
export async function contextFor(
  inputs: SwitchInputs,
  slot: Colour | null,
  wiring: Wiring = {},
): Promise<OpenContext> {
  const clients = new Clients({
    region: inputs.region,
    ...(inputs.profile === undefined ? {} : { profile: inputs.profile }),
    ...(wiring.clients === undefined ? {} : { given: wiring.clients }),
    ...(wiring.credentials === undefined ? {} : { credentials: wiring.credentials }),
  });
  const signal = wiring.signal ?? new AbortController().signal;
  const secret = async (given: string | null | undefined, name: string | undefined) => {
    if (given !== undefined) return given;
    return name === undefined ? null : await secretSource(clients).value(name, signal);
  };
  const now = wiring.now ?? Date.now;
  const [signingKey, token] = await Promise.all([
    secret(wiring.signingKey, inputs.hub.signingSecret),
    secret(wiring.token, inputs.hub.tokenSecret),
  ]);
  const sources = sourcesOf(clients, wiring.environment ?? process.env, {
    hub: inputs.hub,
    now,
    signingKey,
    token,
    ...(wiring.fetch === undefined ? {} : { fetch: wiring.fetch }),
  });
  const started = now();
  const samples = new Samples();
  const { tool } = inputs.hub;
  return {
    now,
    sleep: wiring.sleep ?? sleep,
    signal,
    thresholds: inputs.thresholds,
    hub: inputs.hub,
    slot,
    deployment: inputs,
    release: inputs.release ?? null,
    record: null,
    watch: watchPeriods[0],
    incident: null,
    sources,
    samples,
    logs: perColour((colour) => {
      const group = inputs.logGroups[colour];
      const of = { source: sources.logs, group, slot: colour, tool, samples, from: started };
      return group === "" ? null : new SlotLog(of);
    }),
    errors: perColour((colour) => {
      const of = { source: sources.logs, group: inputs.logGroups[colour], from: started - errorsBeforeMs };
      return of.group === ""
        ? null
        : new ErrorLog({ ...of, patterns: inputs.logErrorPatterns, streams: hubStreams });
    }),
    since: started,
    rolloutSince: started,
    logErrorPatterns: inputs.logErrorPatterns,
    commands: inputs.commands,
    secrets: [signingKey, token].filter((secret) => secret !== null),
    async close() {
      await Promise.all([sources.probes.close(), sources.commands.close()]);
      clients.close();
    },
  };
}

export function sourcesOf(clients: Clients, environment: NodeJS.ProcessEnv, probes: ProbeOptions): Sources {
  return {
    probes: probeSource(probes),
    targets: targetSource(clients),
    services: serviceSource(clients),
    alarms: alarmSource(clients),
    logs: logSource(clients),
    metrics: metricSource(clients),
    topics: topicSource(clients),
    secrets: secretSource(clients),
    record: recordSource(clients),
    commands: commandSource(environment),
    relay: relaySource(probes.hub.url, (slot) => probeMarks(probes, slot)),
    files: fileSource(),
    web: webSource(probes.fetch ?? fetch),
  };
}
