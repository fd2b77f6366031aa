import type { Random } from "local-aws/random";
import { type PerColour, perColour } from "../domain/colour.ts";
import { hubDefaults } from "../domain/hub.ts";
import type { SwitchInputs } from "../domain/inputs.ts";
import { type Plan, parsedPlan } from "../domain/plan.ts";
import { thresholds } from "../domain/spec.ts";
import { proofPath } from "../domain/telemetry.ts";

const defaults = thresholds.parse({});

/** One to four rising steps that end at 100, with bakes of seconds to minutes. */
export function randomPlan(random: Random): Plan {
  const weights = [5, 10, 25, 50, 75].filter(() => random.chance(0.4));
  const steps = [...weights, 100].map((weight) => {
    const ms = random.whole(5_000, 90_000);
    return { weight, bake: { min: ms, max: ms } };
  });
  return parsedPlan.parse({
    steps,
    onInconclusive: random.chance(0.7) ? "extend-then-rollback" : "hold",
    onFail: random.chance(0.5) ? "evict-sessions" : "keep-sessions",
    rollbackWindow: 1_800_000,
    warmTime: 60_000,
    drainDeadline: 120_000,
    proofTimeout: 30_000,
    scaleUpDeadline: 120_000,
  });
}

/** Inputs of one simulated `up`. */
export function inputsFor(
  plan: Plan,
  greenWeight: number,
  releases: PerColour<string>,
  retry: string | undefined,
): SwitchInputs {
  return {
    region: "us-east-1",
    table: "hub-simulated-switch",
    stack: "simulated",
    listenerArn: "listener",
    priority: 100,
    conditions: [{ field: "path-pattern", values: ["/mcp"] }],
    targetGroups: { blue: "blue", green: "green" },
    cluster: "hub",
    services: { blue: "blue", green: "green" },
    taskDefinitions: perColour((of) => `task:${releases[of]}`),
    releases: { ...releases },
    capacity: perColour(() => ({ tasks: 2, max: 4 })),
    greenWeight,
    plan: retry === undefined ? plan : { ...plan, retry },
    thresholds: defaults,
    hub: {
      url: "http://127.0.0.1",
      healthPath: "/api/health",
      mcpPath: "/mcp",
      transport: "sse",
      tool: "t",
      toolArguments: {},
      llmFailurePatterns: [],
      answerMs: hubDefaults.answerMs,
      analysisMs: hubDefaults.analysisMs,
      mayDisappear: [],
      proofPath,
    },
    logGroups: { blue: "blue", green: "green" },
    alarms: { blue: [], green: [] },
    metricNamespace: "McpHub/hub/simulated",
    topics: {},
    logErrorPatterns: [],
    commands: {},
    evidence: {},
  };
}
