import { perColour } from "../../domain/colour.ts";
import { hubDefaults } from "../../domain/hub.ts";
import type { HubTarget } from "../../domain/inputs.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { thresholds } from "../../domain/spec.ts";
import { Clients } from "../core/clients.ts";
import { sleep } from "../core/context.ts";
import { sourcesOf } from "../core/sources-of.ts";
import { watchPeriods } from "../core/watch-periods.ts";
import type { OpenContext } from "../core/wiring.ts";
import { Samples } from "../logs/samples.ts";
import type { Options } from "./options.ts";
import { incidentOf } from "./stack-target.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** A hub at an address as a target, without AWS. */
export function urlTarget(
  url: string,
  options: Options,
  release: ReleaseRecord | null,
  around: Terminal,
): Target {
  const { environment, signal, now } = around;
  const hub: HubTarget = {
    url,
    healthPath: options.healthPath,
    mcpPath: options.mcpPath,
    transport: options.transport,
    tool: options.tool,
    toolArguments: options.toolArguments,
    llmFailurePatterns: [...hubDefaults.llmFailurePatterns],
    answerMs: hubDefaults.answerMs,
    analysisMs: hubDefaults.analysisMs,
    mayDisappear: [],
  };
  const clients = new Clients({
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
  });
  const signingKey = environment["MCP_HUB_SIGNING_KEY"] ?? null;
  const token = environment["MCP_HUB_TOKEN"] ?? null;
  const sources = sourcesOf(clients, environment, { hub, now, signingKey, token });
  const started = now();
  const context: OpenContext = {
    now,
    sleep,
    signal,
    thresholds: thresholds.parse({}),
    hub,
    slot: options.slot,
    deployment: null,
    release,
    record: null,
    watch: options.watch ?? watchPeriods[0],
    incident: incidentOf(options, "hub"),
    sources,
    samples: new Samples(),
    logs: perColour(() => null),
    errors: perColour(() => null),
    since: started,
    rolloutSince: started,
    logErrorPatterns: [],
    commands: options.commands,
    secrets: [signingKey, token].filter((secret) => secret !== null),
    async close() {
      await Promise.all([sources.probes.close(), sources.commands.close()]);
      clients.close();
    },
  };
  return { name: url, context };
}
