import type { Sources } from "../../../checks/sources/index.ts";
import { perColour } from "../../../domain/colour.ts";
import { type SwitchInputs, switchInputs } from "../../../domain/inputs.ts";
import type { Transport } from "../cells.ts";
import { analysisTool } from "./clients.ts";
import { releaseOf } from "./slot.ts";

/** What the switch would be given for the model's hub; the requirement's limits, and the built-in gates. */
export function modelInputs(transport: Transport): SwitchInputs {
  return switchInputs.parse({
    region: "us-east-1",
    table: "hub-model-switch",
    stack: "model",
    listenerArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/hub/1/2",
    priority: 100,
    conditions: [{ field: "path-pattern", values: ["/mcp", "/messages"] }],
    targetGroups: { blue: "arn:tg/blue", green: "arn:tg/green" },
    cluster: "hub",
    services: { blue: "hub-blue", green: "hub-green" },
    taskDefinitions: { blue: "arn:task-definition/hub-blue:1", green: "arn:task-definition/hub-green:1" },
    releases: releaseOf,
    capacity: { blue: { tasks: 1, max: 2 }, green: { tasks: 1, max: 2 } },
    greenWeight: 0,
    plan: {},
    thresholds: {},
    hub: {
      url: "http://hub.model",
      healthPath: "/api/health",
      mcpPath: "/mcp",
      transport: transport === "sse" ? "sse" : "streamable-http",
      tool: analysisTool,
      toolArguments: { prompt: "ping" },
      signingSecret: "hub/signing",
    },
    logGroups: { blue: "/hub/blue", green: "/hub/green" },
    alarms: { blue: [], green: [] },
    metricNamespace: "McpHub/hub/model",
    topics: {},
    logErrorPatterns: [],
    commands: {},
    evidence: {},
  });
}

/** What a check's context holds in every rollout of the model: no record and no rollback, users' logs where they are laid over it. */
export const modelContext = (inputs: SwitchInputs) =>
  ({
    signal: new AbortController().signal,
    thresholds: inputs.thresholds,
    hub: inputs.hub,
    deployment: inputs,
    release: null,
    record: null,
    watch: { name: "first-hour", ms: 3_600_000 },
    incident: null,
    errors: perColour(() => null),
    logErrorPatterns: [],
    commands: {},
  }) as const;

/** Sources of which those that the model does not have throw when they are asked, naming themselves. */
export function modelSources(of: Partial<Sources>): Sources {
  return new Proxy({} as Sources, {
    get: (_, name) => {
      const found = of[name as keyof Sources];
      if (found === undefined) throw new Error(`the model has no source ${String(name)}`);
      return found;
    },
  });
}
