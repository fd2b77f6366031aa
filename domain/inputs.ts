import { z } from "zod";
import { colour } from "./colour.ts";
import { hubDefaults, readyRule } from "./hub.ts";
import { origin } from "./origin.ts";
import { parsedPlan } from "./plan.ts";
import { releaseRecord } from "./release-record.ts";
import { releaseName } from "./release.ts";
import { finalStates } from "./rollout-state.ts";
import { thresholds } from "./spec.ts";
import { weight } from "./weight.ts";

const perColour = <T extends z.ZodType>(of: T) => z.strictObject({ blue: of, green: of });

/** What the switch must know of the hub to probe it. */
const hubTarget = z.strictObject({
  /** Public base URL of the balancer, such as https://hub.example.com or http://127.0.0.1:8080, no trailing slash. */
  url: z.string(),
  /** The balancer's own name, by which it is reached while the one in `url` leads nowhere yet; left out where that is the same. */
  balancer: z.string().optional(),
  healthPath: z.string(),
  mcpPath: z.string(),
  transport: z.enum(["sse", "streamable-http"]),
  /** Tool that must be listed and answer. */
  tool: z.string(),
  /** Arguments of the cheapest call of that tool. */
  toolArguments: z.record(z.string(), z.unknown()),
  /** Texts in an analysis that mean that its language model failed. */
  llmFailurePatterns: z.array(z.string()).default([...hubDefaults.llmFailurePatterns]),
  /** Milliseconds an answer may take, and an analysis. */
  answerMs: z.number().positive().default(hubDefaults.answerMs),
  analysisMs: z.number().positive().default(hubDefaults.analysisMs),
  /** What a health answer must hold; left out: a 2xx that says nothing to the contrary is enough. */
  ready: readyRule.optional(),
  /** Names that a release may lack although live offers them. */
  mayDisappear: z.array(z.string()).default([]),
  /** Path whose response names the slot: the sidecar's own, or the health path of a hub that names its slot itself. Left out: nothing names it. */
  proofPath: z.string().optional(),
  /** Name of the Secrets Manager secret that signs probes and pins; left out without a sidecar. */
  signingSecret: z.string().optional(),
  /** Name of the Secrets Manager secret that holds the bearer token clients send; left out when there is none. */
  tokenSecret: z.string().optional(),
});
/** A hub's target: where one colour is reached, as the switch gets it. */
export type HubTarget = z.infer<typeof hubTarget>;

const ofPath = z.literal("path-pattern");
/** A condition of the weighted rule, as ELBv2 spells it: paths, or regular expressions of at most 128 characters. */
const ruleCondition = z.union([
  z.strictObject({ field: ofPath, values: z.array(z.string()).min(1).max(5) }),
  z.strictObject({ field: ofPath, regexValues: z.array(z.string().max(128)).min(1).max(5) }),
]);
/** What the weighted rule asks of a request's path. */
export type RuleCondition = z.infer<typeof ruleCondition>;

/** How many tasks a slot runs when it carries traffic, and its autoscaling bounds. */
const capacity = z.strictObject({ tasks: z.int().min(1), max: z.int().min(1) });

/** Every input of TrafficSwitch. Milliseconds, percent, ARNs and names; never a secret's value. */
export const switchInputs = z.strictObject({
  region: z.string(),
  profile: z.string().optional(),
  /** That the weighted rule gets besides the switch's own; left out: none. */
  tags: z.record(z.string(), z.string()).optional(),
  /** Role the plugin assumes to move traffic; left out: the caller's own credentials. */
  roleArn: z.string().optional(),
  /** DynamoDB table holding the record, and the item's key. Fixed: `<project>-<stack>-switch`. */
  table: z.string(),
  stack: z.string(),
  listenerArn: z.string(),
  priority: z.int().min(1).max(50_000),
  conditions: z.array(ruleCondition).min(1),
  targetGroups: perColour(z.string()),
  cluster: z.string(),
  services: perColour(z.string()),
  taskDefinitions: perColour(z.string()),
  releases: perColour(releaseName),
  /** What the releases are made from; left out by whoever does not know it. */
  origins: perColour(origin).optional(),
  capacity: perColour(capacity),
  greenWeight: weight,
  plan: parsedPlan,
  thresholds,
  hub: hubTarget,
  /** Log groups of the slots: the hub's lines. Those of its sidecars stand in a group beside it (`sidecarGroup`). */
  logGroups: perColour(z.string()),
  /** Names of the alarms per colour that gate a step. */
  alarms: perColour(z.array(z.string())),
  /** CloudWatch namespace of the stack's own metrics. */
  metricNamespace: z.string().min(1),
  /** Topics: on-call and team. */
  topics: z.strictObject({ onCall: z.string().optional(), team: z.string().optional() }),
  /** Filter patterns of CloudWatch Logs: lines of the hub that fit one of them are errors. */
  logErrorPatterns: z.array(z.string()),
  /** User's own checks: name → command line run with MCP_HUB_URL set. */
  commands: z.record(z.string(), z.array(z.string()).min(1)),
  /** The pre-deployment record: what people did before this release may go out. */
  release: releaseRecord.optional(),
  /** Where evidence goes: a log group, and/or a folder on this machine. */
  evidence: z.strictObject({ logGroup: z.string().optional(), folder: z.string().optional() }),
});
/** The inputs of the switch, as the program gives them. */
export type SwitchInputs = z.infer<typeof switchInputs>;

/** What the resource hands back to the program. */
export const switchOutputs = z.strictObject({
  ruleArn: z.string(),
  weights: perColour(z.number()),
  live: colour,
  liveSince: z.string(),
  liveRelease: z.string(),
  previous: z.strictObject({ colour, release: z.string(), until: z.string() }).nullable(),
  verified: z.strictObject({ colour, release: z.string(), at: z.string() }).nullable(),
  lastRollout: z
    .strictObject({
      id: z.string(),
      outcome: z.enum(finalStates),
      why: z.string(),
      at: z.string(),
      evidence: z.string(),
      evidenceDigest: z.string(),
    })
    .nullable(),
});
/** The outputs of the switch, as the program gets them. */
export type SwitchOutputs = z.infer<typeof switchOutputs>;
