import { z } from "zod";
import { releaseRecord } from "../checks/release-record.ts";
import { thresholds } from "../checks/spec.ts";
import { plan } from "../rollout/policy/plan.ts";
import { weight } from "../rollout/policy/weight.ts";

/** A path on the hub, as a load balancer's rule matches it: no wildcard, no query. */
const path = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path starts with "/" and has no wildcard or query');
const secretName = z
  .string()
  .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, "the name of a Secrets Manager secret")
  .describe("Name of a Secrets Manager secret; never its value.");
const cidr = z.cidrv4("an IPv4 range such as 10.0.0.0/16");

/** Fargate's sizes (Amazon ECS, task size): memory in MiB allowed for each CPU value. */
export const memoryFor: Readonly<Record<number, readonly [number, number]>> = {
  256: [512, 2_048],
  512: [1_024, 4_096],
  1024: [2_048, 8_192],
  2048: [4_096, 16_384],
  4096: [8_192, 30_720],
};

/** One colour: what runs in its slot. Everything here that starts a deployment is part of the release's name. */
const slot = z
  .strictObject({
    image: z
      .string()
      .regex(/^[a-z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?$/i, "an image reference")
      .describe("Image of the hub; by digest (name@sha256:…) in production."),
    hubConfig: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The hub's config file. A change is a new release; the other colour keeps its own."),
    environment: z
      .record(z.string(), z.string())
      .default({})
      .describe("Further variables of the hub. No secrets."),
    tasks: z.int().min(1).max(100).default(2).describe("Tasks that carry all of the traffic."),
    maxTasks: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe("Most tasks autoscaling may start; twice `tasks` unless set."),
    cpu: z
      .union([z.literal(256), z.literal(512), z.literal(1024), z.literal(2048), z.literal(4096)])
      .default(512)
      .describe("CPU units of a task; 1024 are one vCPU."),
    memory: z.int().default(1_024).describe("Memory of a task in MiB."),
    architecture: z.enum(["ARM64", "X86_64"]).default("ARM64").describe("What the image is built for."),
  })
  .superRefine(({ cpu, memory, tasks, maxTasks }, context) => {
    const [least, most] = memoryFor[cpu] ?? [0, Infinity];
    if (memory < least || memory > most)
      context.addIssue({
        code: "custom",
        path: ["memory"],
        input: memory,
        message: `${cpu} CPU units go with ${least} to ${most} MiB`,
      });
    if (maxTasks !== undefined && maxTasks < tasks)
      context.addIssue({
        code: "custom",
        path: ["maxTasks"],
        input: maxTasks,
        message: `is below tasks ${tasks}`,
      });
  });
export type SlotConfig = z.infer<typeof slot>;

const hub = z.strictObject({
  port: z.int().min(1).max(65_535).default(37_373).describe("Port the hub listens on."),
  healthPath: path
    .default("/api/health")
    .describe("Answers JSON with the hub's state; `/health` is a web page on some builds."),
  mcpPath: path.default("/mcp").describe("The MCP endpoint: SSE stream or streamable HTTP."),
  messagePath: path.default("/messages").describe("Where clients of the SSE transport post to."),
  transport: z.enum(["sse", "streamable-http"]).default("sse").describe("What the probes speak."),
  tool: z.string().min(1).default("hub__analyze_prompt").describe("Tool that must be listed and answer."),
  toolArguments: z
    .record(z.string(), z.unknown())
    .default({ prompt: "ping" })
    .describe("Arguments of the cheapest call of that tool."),
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Command of the container. Given, the hub's config is first written to /tmp/hub.json in it."),
  secrets: z
    .record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/, "the name of an environment variable"), secretName)
    .default({})
    .describe(
      "Variables of the hub that come from Secrets Manager, for placeholders such as ${GEMINI_API_KEY} in its config.",
    ),
  logErrorPatterns: z
    .array(z.string().min(1))
    .default([])
    .describe("Filter patterns of log lines that count as errors."),
  llmFailurePatterns: z
    .array(z.string().min(1))
    .default(['"error"', "heuristic fallback"])
    .describe("Texts inside a successful result that mean the LLM failed."),
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
  port: z.int().min(1).max(65_535).default(8_080).describe("Port the load balancer talks to."),
  signingSecret: secretName
    .optional()
    .describe("Secret with the key that signs pins and probes; needed while the sidecar is on."),
  tokenSecret: secretName
    .optional()
    .describe(
      "Secret with the bearer token that clients must send; two separated by a comma while one replaces the other.",
    ),
});

const subscribers = z.strictObject({
  emails: z.array(z.email()).default([]).describe("Each gets a mail to confirm first."),
  webhooks: z
    .array(z.url({ protocol: /^https$/ }))
    .default([])
    .describe("HTTPS endpoints, such as a paging service's."),
});

const network = z
  .strictObject({
    vpcId: z
      .string()
      .regex(/^vpc-\w+$/, "a VPC's id")
      .optional()
      .describe("An existing VPC; left out: a new one with two zones and one NAT gateway."),
    publicSubnetIds: z
      .array(z.string())
      .min(2)
      .optional()
      .describe("Where the balancer stands; left out: the VPC's public subnets."),
    privateSubnetIds: z.array(z.string()).min(2).optional().describe("Where the tasks run."),
    assignPublicIp: z
      .boolean()
      .default(false)
      .describe("For tasks in public subnets, where no NAT gateway is."),
    cidr: cidr.default("10.80.0.0/16").describe("Addresses of a new VPC."),
  })
  .superRefine(({ vpcId, publicSubnetIds, privateSubnetIds }, context) => {
    if (vpcId === undefined && (publicSubnetIds || privateSubnetIds))
      context.addIssue({ code: "custom", path: ["vpcId"], input: vpcId, message: "is needed with subnets" });
    if (vpcId !== undefined && !privateSubnetIds)
      context.addIssue({
        code: "custom",
        path: ["privateSubnetIds"],
        input: privateSubnetIds,
        message: "is needed with an existing VPC",
      });
    if (vpcId !== undefined && !publicSubnetIds)
      context.addIssue({
        code: "custom",
        path: ["publicSubnetIds"],
        input: publicSubnetIds,
        message: "is needed with an existing VPC",
      });
  });

const domain = z.strictObject({
  name: z.hostname().describe("Name that clients use."),
  zone: z
    .string()
    .min(1)
    .optional()
    .describe("Route 53 zone of the name; left out: you make the records yourself."),
  certificateArn: z
    .string()
    .startsWith("arn:aws:acm:")
    .optional()
    .describe("Left out: issued for the name and validated in the zone."),
});

/** What somebody writes who wants a public hub without authentication. */
export const openDoor = "anybody on the internet may use this hub";

const access = z.strictObject({
  internetFacing: z.boolean().default(false).describe("Whether the balancer has public addresses."),
  cidrs: z.array(cidr).min(1).default(["10.0.0.0/8"]).describe("Who may connect."),
  port: z.int().min(1).max(65_535).optional().describe("Port of the balancer; 443 with a domain, else 80."),
  withoutAuthentication: z
    .literal(openDoor)
    .optional()
    .describe(`Accepts an internet-facing hub without a bearer token; must read "${openDoor}".`),
});

const healthCheck = z
  .strictObject({
    intervalSeconds: z.int().min(5).max(300).default(10).describe("Between two checks of a target."),
    timeoutSeconds: z.int().min(2).max(120).default(5).describe("How long one may take."),
    healthy: z.int().min(2).max(10).default(2).describe("Checks in a row until a target is healthy."),
    unhealthy: z.int().min(2).max(10).default(2).describe("Checks in a row until it is not."),
    graceSeconds: z.int().min(0).max(3_600).default(60).describe("How long a new task may fail them."),
  })
  .refine(({ intervalSeconds, timeoutSeconds }) => timeoutSeconds < intervalSeconds, {
    path: ["timeoutSeconds"],
    error: "must be below intervalSeconds",
  });

const evidence = z.strictObject({
  folder: z.string().min(1).optional().describe("Folder on this machine; left out: only the log group."),
  retentionDays: z
    .union([30, 60, 90, 180, 365, 400, 731, 1827, 3653].map((days) => z.literal(days)))
    .default(400)
    .describe("How long the log group keeps evidence."),
});

/** Every key of the stack config, namespace `hub`. The descriptions are its documentation. */
export const hubConfig = z
  .strictObject({
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
      .union([1, 7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days)))
      .default(30)
      .describe("How long the slots' logs are kept."),
    commands: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/, "a check's name"), z.array(z.string().min(1)).min(1))
      .default({})
      .describe("Your own checks: a command line, run with MCP_HUB_URL set; exit code 0 passes."),
    evidence: evidence.prefault({}).describe("Where each rollout's record goes."),
    github: z
      .strictObject({
        repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "owner/name"),
        branch: z.string().min(1).default("main"),
      })
      .optional()
      .describe("Repository whose workflow may deploy, by OpenID Connect; left out: no deploy role."),
  })
  .superRefine((config, context) => {
    if (!config.blue && !config.green)
      context.addIssue({
        code: "custom",
        path: ["blue"],
        input: undefined,
        message: "is missing: at least one colour names its image",
      });
    if (config.sidecar.enabled && config.sidecar.signingSecret === undefined)
      context.addIssue({
        code: "custom",
        path: ["sidecar", "signingSecret"],
        input: undefined,
        message: "is missing: the sidecar signs session pins with it",
      });
    const { access: door, sidecar: guard } = config;
    if (door.internetFacing && guard.tokenSecret === undefined && door.withoutAuthentication === undefined)
      context.addIssue({
        code: "custom",
        path: ["access", "internetFacing"],
        input: true,
        message: `the hub has no authentication of its own: set sidecar.tokenSecret, or write access.withoutAuthentication: ${openDoor}`,
      });
    if (door.internetFacing && config.domain === undefined)
      context.addIssue({
        code: "custom",
        path: ["domain"],
        input: undefined,
        message: "is missing: an internet-facing hub speaks HTTPS only",
      });
    if (config.domain && !config.domain.certificateArn && !config.domain.zone)
      context.addIssue({
        code: "custom",
        path: ["domain", "certificateArn"],
        input: undefined,
        message: "is missing: without a zone the certificate can't be issued",
      });
    if (config.production)
      for (const [at, image] of imagesOf(config))
        if (!image.includes("@sha256:"))
          context.addIssue({
            code: "custom",
            path: at,
            input: image,
            message:
              "production takes images by digest only (name@sha256:…): a tag can change under a running release",
          });
    const paths = publicPaths(config);
    if (paths.length > 4)
      context.addIssue({
        code: "custom",
        path: ["hub"],
        input: paths,
        message: `has ${paths.length} public paths, and a load balancer's rule takes 4 beside its pin`,
      });
  });
export type HubConfig = z.infer<typeof hubConfig>;

interface Paths {
  readonly hub: { readonly healthPath: string; readonly mcpPath: string; readonly messagePath: string };
  readonly sidecar: { readonly enabled: boolean };
}

/** What may be reached from outside: nothing else is routed, the hub's admin API least of all. */
export function publicPaths({
  hub: { healthPath, mcpPath, messagePath },
  sidecar: { enabled },
}: Paths): string[] {
  return [...new Set([mcpPath, messagePath, healthPath, ...(enabled ? ["/.slot"] : [])])];
}

function imagesOf(config: {
  blue?: SlotConfig | undefined;
  green?: SlotConfig | undefined;
  sidecar: { enabled: boolean; image: string };
}) {
  const images: [string[], string][] = [];
  if (config.blue) images.push([["blue", "image"], config.blue.image]);
  if (config.green) images.push([["green", "image"], config.green.image]);
  if (config.sidecar.enabled) images.push([["sidecar", "image"], config.sidecar.image]);
  return images;
}

/** Every problem of a config, each with its path and the value given. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The stack config has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/** Reads values as the stack config has them. Throws ConfigError with all problems at once. */
export function parseConfig(values: Readonly<Record<string, unknown>>): HubConfig {
  const parsed = hubConfig.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.flatMap((issue) => describeIssue(issue, values)));
}

function describeIssue(issue: z.core.$ZodIssue, values: unknown): string[] {
  const at = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `hub:${at === "" ? key : `${at}.${key}`}: there is no such key`);
  const given = valueAt(values, issue.path);
  const shown = given === undefined ? "" : ` (${shorten(JSON.stringify(given))})`;
  return [`hub:${at}${shown}: ${issue.message}`];
}

function valueAt(values: unknown, at: readonly PropertyKey[]): unknown {
  let here: unknown = values;
  for (const part of at) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return here;
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** The keys of the stack config. */
export const configKeys = Object.keys(hubConfig.shape) as (keyof HubConfig)[];

/** A config value as its text in the stack's config says it: JSON where it is JSON, text elsewhere. */
export function fromText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
