import { colours } from "../../domain/colour.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { production } from "./program.ts";

/** A stack config, or a part of one. */
export type Config = Readonly<Record<string, unknown>>;

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
export const changes: Config = {
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
  "rollout.idleTasks": 2,
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
  "network.guardianSubnetIds": ["subnet-e"],
  "network.natAddresses": ["203.0.113.7"],
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
export const bases: Readonly<Record<string, Config>> = {
  "the example": production,
  "an existing VPC": layConfig({ ...production }, existingVpc),
  "no sidecar": layConfig({ ...production }, { sidecar: { enabled: false } }),
};

/** The config with another value at some paths. */
export function changed(config: Config, paths: readonly string[]): Config {
  return paths.reduce<Config>((under, path) => {
    const words = path.split(".");
    const over = words.reduceRight<unknown>((value, word) => ({ [word]: value }), changes[path]);
    return layConfig({ ...under }, over as Config);
  }, config);
}
