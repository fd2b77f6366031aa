import { parseFilterPattern } from "log-filter-pattern";
import { z } from "zod";
import { type Colour, colours, other } from "../domain/colour.ts";
import { duration } from "../domain/duration.ts";
import { hostRule, hubDefaults, readyRule } from "../domain/hub.ts";
import { plan } from "../domain/plan.ts";
import { releaseRecord } from "../domain/release-record.ts";
import { thresholds } from "../domain/spec.ts";
import { weight } from "../domain/weight.ts";
import { isInZone } from "../domain/zone.ts";
import { github } from "./config-github.ts";
import { access, domain, network, openDoor, unreachableFrom } from "./config-network.ts";
import { ConfigError, describeIssue, evenIfIncomplete } from "./config-problems.ts";
import { kmsKeys, registryCredentials, secretReference } from "./config-secrets.ts";
import { slot, variableName } from "./config-slot.ts";
import { issueWords } from "./issue-words.ts";
import { keysAt } from "./keys-at.ts";
import { pathProblems } from "./paths.ts";

export { ConfigError } from "./config-problems.ts";
export { type SlotConfig, mostTasks } from "./config-slot.ts";

/** A path on the hub, as a load balancer's rule matches it: no wildcard, no query. */
const path = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path starts with "/" and has no wildcard or query');

/** Text of a filter pattern that fits some lines and not others. */
const filterPattern = z.string().superRefine((text, context) => {
  const parsed = parseFilterPattern(text);
  const problem = (message: string) => context.addIssue({ code: "custom", input: text, message });
  if ("problem" in parsed) problem(`is no filter pattern of CloudWatch Logs: ${parsed.problem}`);
  else if (parsed.pattern.kind === "every") problem("fits every line: each would be an error");
});

const hub = z.strictObject({
  port: z.int().min(1).max(65_535).default(hubDefaults.port).describe("Port the hub listens on."),
  healthPath: path
    .default(hubDefaults.healthPath)
    .describe("Answers 2xx while the hub is up; `/health` is a web page on some builds, which says nothing."),
  ready: readyRule
    .optional()
    .describe(
      "What its answer must hold besides; left out: a 2xx that says nothing to the contrary is enough.",
    ),
  mcpPath: path.default(hubDefaults.mcpPath).describe("The MCP endpoint: SSE stream or streamable HTTP."),
  messagePath: path
    .default(hubDefaults.messagePath)
    .describe(
      "Path at the balancer to which clients of the SSE transport post; the sidecar learns the hub's own from its `endpoint` events. Without the sidecar it must be the hub's own.",
    ),
  publicPaths: z
    .array(path)
    .min(1, "names no path: leave the key out")
    .optional()
    .describe(
      "Paths that anybody may ask without the sidecar's token, for a hub with an authorization server of its own: `/.well-known/oauth-protected-resource`, `/authorize`, `/token`, `/register`, a callback. Each is exact, nothing below it is reached. Left out: none.",
    ),
  transport: z
    .enum(["sse", "streamable-http"])
    .default(hubDefaults.transport)
    .describe("What the probes speak."),
  host: hostRule
    .default(hubDefaults.host)
    .describe(
      "Host under which requests reach the hub: `public` is the client's, `loopback` the hub's own address, with the client's in `X-Forwarded-Host`; `auto` asks the hub before it is ready, and takes `loopback` where it refuses the public one.",
    ),
  tool: z.string().min(1).default(hubDefaults.tool).describe("Tool that must be listed and answer."),
  toolArguments: z
    .record(z.string(), z.unknown())
    .default({ ...hubDefaults.toolArguments })
    .describe("Arguments of the cheapest call of that tool."),
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Command of the container. Given, the hub's config is first written to /tmp/hub.json in it."),
  secrets: z
    .record(variableName, secretReference)
    .default({})
    .describe(
      "Variables of the hub that are secret, for placeholders such as ${GEMINI_API_KEY} in its config. Each names where its value is: a secret of Secrets Manager by name or ARN, `NAME:KEY::` for one key of its JSON, or `ssm:NAME` (or the ARN) of a parameter of Systems Manager.",
    ),
  logErrorPatterns: z
    .array(filterPattern)
    .default([])
    .describe(
      'Lines of the hub\'s log that fit one of these are errors, but for those that live writes as often. The syntax is that of CloudWatch Logs ("Filter pattern syntax"), which minds upper and lower case: `{ $.type = "error" }`, `?ERROR ?Exception`, `"two words" -these`, `%4\\d\\d%`.',
    ),
  llmFailurePatterns: z
    .array(z.string().min(1))
    .default([...hubDefaults.llmFailurePatterns])
    .describe(
      "Texts in an analysis that mean that its language model failed, besides an `error` of the language model's in its JSON.",
    ),
  answerWithin: duration
    .prefault(`${hubDefaults.answerMs / 1_000}s`)
    .describe("How long an answer may take; a request that waits longer is a fault of the server."),
  analysisWithin: duration
    .prefault(`${hubDefaults.analysisMs / 1_000}s`)
    .describe("The same for an analysis."),
  mayDisappear: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Names of tools, resources, prompts and capabilities that a release may lack although live offers them; all others fail it before any user meets it.",
    ),
  stopTimeout: z.int().min(2).max(120).default(30).describe("Seconds from SIGTERM to SIGKILL."),
});

const sidecar = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Off for hubs that pin sessions themselves. Then shifts are not proved in traffic and latency has no metric.",
    ),
  image: z
    .string()
    .min(1)
    .default("bluegreen-hub/sidecar:latest")
    .describe("Image of the sidecar; by digest in production."),
  registryCredentials,
  peers: z
    .array(z.cidrv4("must be an IPv4 range such as 10.0.0.0/16"))
    .min(1)
    .optional()
    .describe(
      "IPv4 ranges of the tasks' subnets: a sidecar forwards a session to a peer task there and nowhere else. Left out: a new VPC's own, or in an existing one the private range that the task is in.",
    ),
  port: z.int().min(1).max(65_535).default(8_080).describe("Port the load balancer talks to."),
  signingSecret: secretReference
    .optional()
    .describe("Secret with the key that signs pins and probes; needed while the sidecar is on."),
  tokenSecret: secretReference
    .optional()
    .describe(
      "Secret with the bearer token that clients must send; two separated by a comma while one replaces the other.",
    ),
});

const webhookUrl = z.url({ protocol: /^https$/, error: "must be an address that begins with https:" });
const webhook = z.strictObject({
  url: webhookUrl.describe("Its address."),
  confirms: z
    .boolean()
    .default(false)
    .describe(
      "Whether it confirms its subscription by itself within a minute. Left out: somebody opens the address in the first message it gets.",
    ),
});

const subscribers = z.strictObject({
  emails: z.array(z.email()).default([]).describe("Each gets a mail to confirm first."),
  webhooks: z
    .array(z.union([webhookUrl, webhook]))
    .default([])
    .describe(
      "HTTPS endpoints, such as a paging service's: an address, or `{url, confirms: true}` for one that confirms its subscription by itself, which an `up` then waits for.",
    ),
});

const healthCheck = z
  .strictObject({
    intervalSeconds: z.int().min(5).max(300).default(10).describe("Between two checks of a target."),
    timeoutSeconds: z.int().min(2).max(120).default(5).describe("How long one may take."),
    healthy: z.int().min(2).max(10).default(2).describe("Checks in a row until a target is healthy."),
    unhealthy: z.int().min(2).max(10).default(2).describe("Checks in a row until it is not."),
    graceSeconds: z.int().min(0).max(3_600).default(60).describe("How long a new task may fail them."),
  })
  .superRefine(({ intervalSeconds, timeoutSeconds }, context) => {
    if (timeoutSeconds >= intervalSeconds)
      context.addIssue({
        code: "custom",
        path: ["timeoutSeconds"],
        input: timeoutSeconds,
        message: `${timeoutSeconds} is not below intervalSeconds ${intervalSeconds}`,
      });
  }, evenIfIncomplete);

const evidence = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe("Folder on this machine, from that of Pulumi.yaml on; left out: only the log group."),
  retentionDays: z
    .literal([30, 60, 90, 180, 365, 400, 731, 1827, 3653])
    .default(400)
    .describe("How long the log group keeps evidence."),
});

const keys = {
  blue: slot.optional().describe("What runs in the blue slot; left out: green's release."),
  green: slot.optional().describe("What runs in the green slot; left out: blue's release."),
  greenWeight: weight
    .default(0)
    .describe("Percent of new sessions that green gets. The one number that cuts over and rolls back."),
  production: z.boolean().default(false).describe("Images by digest only, deletion protection on."),
  rollout: plan.prefault({}).describe("How traffic moves."),
  hub: hub.prefault({}).describe("The hub's own facts."),
  sidecar: sidecar.prefault({}).describe("The session-aware proxy in front of the hub."),
  thresholds: thresholds.prefault({}).describe("The requirement's limits."),
  alerts: z
    .strictObject({
      onCall: subscribers
        .prefault({})
        .describe("Errors, LLM failures, no healthy target, a silent guardian."),
      team: subscribers.prefault({}).describe("Latency, cost, certificate."),
    })
    .prefault({})
    .describe("Who hears of alarms."),
  release: releaseRecord.optional().describe("The pre-deployment record."),
  network: network.prefault({}).describe("Where it runs."),
  domain: domain
    .optional()
    .describe("Name and certificate; left out: plain HTTP, for private networks only."),
  access: access.prefault({}).describe("Who may reach it."),
  healthCheck: healthCheck.prefault({}).describe("How targets are checked."),
  logRetentionDays: z
    .literal([1, 7, 14, 30, 60, 90, 180, 365])
    .default(30)
    .describe("How long the slots' logs are kept."),
  commands: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, "must be a check's name: lower-case letters, digits, hyphens"),
      z.array(z.string().min(1)).min(1),
    )
    .default({})
    .describe(
      "Your own checks: a command line, run in the folder of Pulumi.yaml with MCP_HUB_URL set; exit code 0 passes.",
    ),
  evidence: evidence.prefault({}).describe("Where each rollout's record goes."),
  kmsKeys,
  previewFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File, from the folder of Pulumi.yaml on, that each preview writes the rollout's plan to: JSON for .json, text for .txt, else Markdown, as a pull request's comment shows it. Left out: none.",
    ),
  github,
};

/** Names in an object; none of what somebody wrote in its place. */
const membersOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

type Values = z.output<z.ZodObject<typeof keys>>;

/** Rules across keys. A key that has a problem of its own may be missing here: then the rules about it wait for their turn. */
function acrossKeys(config: Partial<Values>, context: z.core.$RefinementCtx): void {
  const problem = (path: (string | number)[], input: unknown, message: string) =>
    context.addIssue({ code: "custom", path, input, message });
  if (!config.blue && !config.green)
    problem(["blue"], undefined, "is missing: at least one colour names its image");
  const { access: door, sidecar: guard, domain: name, hub: facts } = config;
  if (guard?.enabled === true && guard.signingSecret === undefined)
    problem(["sidecar", "signingSecret"], undefined, "is missing: the sidecar signs session pins with it");
  if (door?.internetFacing === true && guard && !guard.tokenSecret && !door.withoutAuthentication)
    problem(
      ["access", "internetFacing"],
      true,
      `the hub has no authentication of its own: set sidecar.tokenSecret, or write access.withoutAuthentication: ${openDoor}`,
    );
  if (door?.internetFacing === true && name === undefined)
    problem(["domain"], undefined, "is missing: an internet-facing hub speaks HTTPS only");
  for (const { path, message } of config.network && door ? unreachableFrom(config.network, door) : [])
    problem(path, undefined, message);
  if (config.github?.environments !== undefined && config.github.branch !== undefined)
    problem(
      ["github", "branch"],
      config.github.branch,
      "has no say beside environments: GitHub tells AWS one of the two; leave one out",
    );
  const { vpcId, publicSubnetIds } = config.network ?? {};
  if (door?.internetFacing === true && vpcId !== undefined && publicSubnetIds === undefined)
    problem(
      ["network", "publicSubnetIds"],
      undefined,
      "is needed with an existing VPC: an internet-facing balancer stands there",
    );
  if (name && door?.port === 80)
    problem(
      ["access", "port"],
      80,
      "with a domain, port 80 sends clients on to HTTPS: leave it out for 443, or name another",
    );
  if (name && !name.certificateArn && !name.zone)
    problem(
      ["domain", "certificateArn"],
      undefined,
      "is missing: without a zone the certificate can't be issued",
    );
  if (
    typeof name?.name === "string" &&
    typeof name.zone === "string" &&
    name.zone !== "" &&
    !isInZone(name.name, name.zone)
  )
    problem(
      ["domain", "zone"],
      name.zone,
      `${name.zone} cannot hold a record of ${name.name}: name the zone that it is in`,
    );
  if (config.production === true)
    for (const [at, image] of imagesOf(config))
      if (!image.includes("@sha256:"))
        problem(
          at,
          image,
          "production takes images by digest only (name@sha256:…): a tag can change under a running release",
        );
  for (const colour of colours)
    for (const variable of membersOf(config[colour]?.environment))
      if (membersOf(facts?.secrets).includes(variable))
        problem(
          [colour, "environment", variable],
          undefined,
          "is among hub.secrets too, and ECS takes a name once: leave one out",
        );
  if (facts && (facts.healthPath === facts.mcpPath || facts.healthPath === facts.messagePath))
    problem(
      ["hub", "healthPath"],
      facts.healthPath,
      "is a path of MCP's: name one that answers a GET while the hub is up",
    );
  if (facts && guard && areTexts(facts))
    for (const { at, message } of pathProblems({ hub: facts, sidecar: guard }))
      problem(
        ["hub", "publicPaths", ...(at === null ? [] : [at])],
        at === null ? facts.publicPaths : facts.publicPaths?.[at],
        message,
      );
}

/** Keys that have problems of their own may hold anything. */
function areTexts({ mcpPath, messagePath, healthPath, publicPaths = [] }: Values["hub"]): boolean {
  const all = [mcpPath, messagePath, healthPath, ...(Array.isArray(publicPaths) ? publicPaths : [null])];
  return all.every((one) => typeof one === "string");
}

/** Every key of the stack config, namespace `hub`. The descriptions are its documentation. */
export const hubConfig = z.strictObject(keys).superRefine(acrossKeys, evenIfIncomplete);
/** The stack config as parsed: every default filled in, the rules across keys kept. */
export type HubConfig = z.infer<typeof hubConfig>;

/** A colour's settings; one that is left out runs the other's. */
export function slotOf(config: HubConfig, colour: Colour): NonNullable<HubConfig["blue"]> {
  const own = config[colour] ?? config[other(colour)];
  if (!own) throw new Error("a config without any colour passed its schema");
  return own;
}

function imagesOf({ blue, green, sidecar: guard }: Partial<Values>): [string[], string][] {
  const images: [string[], string | undefined][] = [
    [["blue", "image"], blue?.image],
    [["green", "image"], green?.image],
    [["sidecar", "image"], guard?.enabled === true ? guard.image : undefined],
  ];
  return images.flatMap(([at, image]) => (typeof image === "string" ? [[at, image]] : []));
}

/**
 * Reads values as the stack config has them: the CLI keeps whole keys as text, `"100"` for a number. Throws ConfigError with all
 * problems at once; values of `secret` keys are not repeated in it.
 */
export function parseConfig(
  values: Readonly<Record<string, unknown>>,
  secret: readonly string[] = [],
): HubConfig {
  const given = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typed(value)]));
  const parsed = hubConfig.safeParse(given, { error: issueWords });
  if (parsed.success) return parsed.data;
  const told = { values: given, secret, keysAt: (path: readonly PropertyKey[]) => keysAt(hubConfig, path) };
  throw new ConfigError(parsed.error.issues.flatMap((issue) => describeIssue(issue, told)));
}

/** The top-level keys of the stack config, in the order of the schema. */
export const configKeys = Object.keys(keys) as (keyof HubConfig)[];

/** The value of a whole key as its text in the stack's config says it: JSON where it is JSON, text elsewhere. */
export function typed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
