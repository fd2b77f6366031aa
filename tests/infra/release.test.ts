import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type Colour, colours } from "../../domain/colour.ts";
import { ConfigError, parseConfig, slotOf } from "../../infra/config.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { secretRefsOf } from "../../infra/secret-names.ts";
import { slotDeployment } from "../../infra/slot-deployment.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { type Evaluation, evaluate, production } from "./program.ts";

type Config = Readonly<Record<string, unknown>>;

const image = `ghcr.io/example/other@sha256:${"e".repeat(64)}`;
const moment = "2026-11-24T08:00:00Z";
const existingVpc = {
  network: {
    vpcId: "vpc-1",
    publicSubnetIds: ["subnet-a", "subnet-b"],
    privateSubnetIds: ["subnet-c", "subnet-d"],
  },
};

/** Another value of every key of a slot. */
const slotChanges: Config = {
  image,
  registryCredentials: "hub/registry",
  hubConfig: { toolFiltering: { enabled: false } },
  environment: { NODE_ENV: "staging", OTHER: "1" },
  tasks: 3,
  maxTasks: 7,
  cpu: 1_024,
  memory: 2_048,
  architecture: "X86_64",
};

/** Another value of every key of the stack config, by its path; a path stands for all below it. */
const changes: Config = {
  ...Object.fromEntries(
    colours.flatMap((of) => Object.entries(slotChanges).map(([key, value]) => [`${of}.${key}`, value])),
  ),
  greenWeight: 100,
  production: false,
  "rollout.steps": [{ weight: 100, bake: "15m" }],
  "rollout.gate": ["target-health"],
  "rollout.candidateGate": ["target-health"],
  "rollout.onInconclusive": "hold",
  "rollout.extension": "5m",
  "rollout.onFail": "keep-sessions",
  "rollout.rollbackWindow": "12h",
  "rollout.idleTasks": 0,
  "rollout.warmTime": "40m",
  "rollout.drainDeadline": "20m",
  "rollout.proofTimeout": "50s",
  "rollout.scaleUpDeadline": "9m",
  "rollout.retry": "0f1e2d3c4b5a6978",
  "rollout.allowLiveChange": true,
  "rollout.replaceRollbackTarget": true,
  "rollout.advisory": ["latency"],
  "rollout.freezes": [{ name: "weekend", weekly: "Fri 16:00 - Mon 08:00", zone: "UTC" }],
  "rollout.throughFreeze": { until: moment, why: "it cannot wait" },
  "hub.port": 4_000,
  "hub.healthPath": "/healthz",
  "hub.ready": { path: "state", is: "up" },
  "hub.mcpPath": "/other-mcp",
  "hub.messagePath": "/other-messages",
  "hub.publicPaths": ["/token"],
  "hub.transport": "streamable-http",
  "hub.host": "loopback",
  "hub.tool": "hub__other",
  "hub.toolArguments": { prompt: "pong" },
  "hub.command": ["node", "other.js"],
  "hub.secrets": { OTHER_KEY: "hub/other" },
  "hub.logErrorPatterns": ['"other"'],
  "hub.llmFailurePatterns": ["other"],
  "hub.answerWithin": "50s",
  "hub.analysisWithin": "7s",
  "hub.mayDisappear": ["other"],
  "hub.stopTimeout": 40,
  "sidecar.enabled": false,
  "sidecar.image": image,
  "sidecar.registryCredentials": "hub/registry",
  "sidecar.peers": ["10.1.0.0/16"],
  "sidecar.port": 9_090,
  "sidecar.signingSecret": "hub/other-signing",
  "sidecar.tokenSecret": "hub/other-tokens",
  "thresholds.firstRequests": 200,
  "thresholds.analysisLatencyP95Ms": 1_900,
  "thresholds.successRatePercent": 99.5,
  "thresholds.logErrors": 1,
  "thresholds.alarmErrorRatePercent": 6,
  "thresholds.alarmLatencyP95Ms": 3_100,
  "thresholds.alarmLlmFailurePercent": 11,
  "thresholds.stagingCleanHoursMin": 48,
  "thresholds.rollbackMinutes": 4,
  "thresholds.llmCostPerDayUsd": 90,
  "alerts.onCall": { emails: ["other@example.com"], webhooks: [] },
  "alerts.team": { emails: ["other@example.com"], webhooks: [] },
  release: { approval: { by: "Robin Vance", at: moment } },
  "network.vpcId": "vpc-2",
  "network.publicSubnetIds": ["subnet-e", "subnet-f"],
  "network.privateSubnetIds": ["subnet-e", "subnet-f"],
  "network.assignPublicIp": true,
  "network.cidr": "10.90.0.0/16",
  "domain.name": "other.example.com",
  "domain.zone": "Z0123456789",
  "domain.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/2",
  "access.internetFacing": false,
  "access.cidrs": ["10.0.0.0/8"],
  "access.port": 8_443,
  "access.withoutAuthentication": "anybody on the internet may use this hub",
  "healthCheck.intervalSeconds": 20,
  "healthCheck.timeoutSeconds": 6,
  "healthCheck.healthy": 3,
  "healthCheck.unhealthy": 3,
  "healthCheck.graceSeconds": 90,
  logRetentionDays: 60,
  commands: { integration: ["other"] },
  "evidence.folder": "evidence",
  "evidence.retentionDays": 60,
  kmsKeys: ["arn:aws:kms:us-east-1:123456789012:key/2"],
  previewFile: "plan.md",
  "github.repository": "example/other",
  "github.branch": "release",
  "github.environments": ["production"],
  "github.providerArn": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
};

/** Configs that are changed: what a change does may hang on another key. */
const bases: Readonly<Record<string, Config>> = {
  "the example": production,
  "an existing VPC": layConfig({ ...production }, existingVpc),
  "no sidecar": layConfig({ ...production }, { sidecar: { enabled: false } }),
};

/** The config with another value at some paths. */
function changed(config: Config, paths: readonly string[]): Config {
  return paths.reduce<Config>((under, path) => {
    const words = path.split(".");
    const over = words.reduceRight<unknown>((value, word) => ({ [word]: value }), changes[path]);
    return layConfig({ ...under }, over as Config);
  }, config);
}

/** The same config with the members of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, reversed(member)])
      .toReversed(),
  );
}

interface Slots {
  readonly names: readonly string[];
  readonly deployments: readonly string[];
}

/** Both colours as they are named and as ECS gets them, but for the name in it; null: no config of ours. */
function slotsOf(given: Config): Slots | null {
  try {
    const config = parseConfig(given);
    const facts = (colour: Colour) => ({
      colour,
      release: "any",
      logGroup: `/hub/production/${colour}`,
      sidecarLogGroup: `/hub/production/${colour}/sidecar`,
      region: "us-east-1",
      secretsFrom: Object.fromEntries(secretRefsOf(config).map((name) => [name, `arn:${name}`])),
      table: "hub-production-switch",
      stack: "production",
      namespace: "McpHub/hub/production",
    });
    return {
      names: colours.map((of) => releaseNameOf(config, of)),
      deployments: colours.map((of) => JSON.stringify(slotDeployment(config, slotOf(config, of), facts(of)))),
    };
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

test("every key of the stack config has another value here", () => {
  const text = readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8");
  const { properties } = JSON.parse(text) as { properties: { config: { properties: Properties } } };
  const keys = leaves(properties.config.properties).filter((key) => key.startsWith("hub:"));
  const without = keys
    .map((key) => key.slice(4))
    .filter((key) => !Object.keys(changes).some((path) => key === path || key.startsWith(`${path}.`)));
  assert.deepEqual(without, []);
});

interface Properties {
  readonly [key: string]: { readonly properties?: Properties };
}

const leaves = (properties: Properties): string[] =>
  Object.entries(properties).flatMap(([key, node]) =>
    node.properties ? leaves(node.properties).map((below) => `${key}.${below}`) : [key],
  );

test("whatever changes in the config, a slot's deployment and its release's name change together or not at all", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(bases)),
      fc.subarray(Object.keys(changes), { maxLength: 3 }),
      fc.subarray(Object.keys(changes), { maxLength: 3 }),
      fc.boolean(),
      (base, first, then, turned) => {
        const was = changed(bases[base] as Config, first);
        const is = changed(was, then);
        const [before, after] = [slotsOf(was), slotsOf(turned ? (reversed(is) as Config) : is)];
        fc.pre(before !== null && after !== null);
        for (const [index, colour] of colours.entries())
          assert.equal(
            before.names[index] === after.names[index],
            before.deployments[index] === after.deployments[index],
            `${colour}: ${then.join(", ")}${turned ? ", in another order" : ""}`,
          );
      },
    ),
    { numRuns: 2_000 },
  );
});

test("the order of a config's members changes neither", () => {
  for (const base of Object.values(bases)) {
    const several = changed(base, ["blue.environment", "hub.secrets"]);
    assert.deepEqual(slotsOf(reversed(several) as Config), slotsOf(several));
  }
});

/** What ECS is given for a slot: its task definition but for the release's name, and what of its service starts new tasks. */
function deployedOf(made: Evaluation, colour: Colour): string {
  const { containerDefinitions, ...definition } = made.one(
    "aws:ecs/taskDefinition:TaskDefinition",
    colour,
  ).inputs;
  const { networkConfiguration, loadBalancers } = made.one("aws:ecs/service:Service", colour).inputs;
  const name = (made.outputs["releases"] as Record<Colour, string>)[colour];
  const containers = JSON.stringify(containerDefinitions).replaceAll(name, "RELEASE");
  return JSON.stringify({ definition, containers, networkConfiguration, loadBalancers });
}

/** Keys that were once forgotten, and those of each kind beside them. */
const inTheProgram = [
  "blue.hubConfig",
  "hub.tool",
  "hub.ready",
  "hub.secrets",
  "sidecar.port",
  "network.cidr",
  "network.assignPublicIp",
  "domain.name",
  "healthCheck.graceSeconds",
];
for (const [what, base] of Object.entries(bases))
  test(`what the program registers for a slot and the name that it gives change together: ${what}`, async () => {
    const before = await evaluate(base);
    const nameOf = (made: Evaluation, of: Colour) => (made.outputs["releases"] as Record<Colour, string>)[of];
    const paths =
      what === "the example" ? inTheProgram : ["hub.port", "hub.tool", "network.privateSubnetIds"];
    for (const path of paths) {
      if (path.startsWith("network.private") && what !== "an existing VPC") continue;
      const after = await evaluate(changed(base, [path]));
      for (const of of colours)
        assert.equal(
          nameOf(before, of) === nameOf(after, of),
          deployedOf(before, of) === deployedOf(after, of),
          `${path} of ${of}`,
        );
    }
  });
