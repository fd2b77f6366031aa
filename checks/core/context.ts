import { setTimeout as wait } from "node:timers/promises";
import { type Colour, perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { hubStreams } from "../../domain/log-streams.ts";
import { accessGroup } from "../logs/access-group.ts";
import { ErrorLog } from "../logs/error-log.ts";
import { Samples } from "../logs/samples.ts";
import { SlotLog } from "../logs/slot-log.ts";
import { secretSource } from "../sources/secrets.ts";
import { Clients } from "./clients.ts";
import { sourcesOf } from "./sources-of.ts";
import { watchPeriods } from "./watch-periods.ts";
import type { Wiring, OpenContext } from "./wiring.ts";

/** How long before a rollout live's error lines are known: what it wrote then, the candidate may write as well. */
const errorsBeforeMs = 600_000;

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
      const group = accessGroup(inputs.logGroups, inputs.hub, colour);
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
