import { z } from "zod";
import { hostRule, hubDefaults, mayBeSamePath, readyRule } from "../domain/hub.ts";
import { healthPath as ownHealthPath, proofPath } from "../domain/telemetry.ts";

const address = z
  .string()
  .regex(/^[\w.:-]+:\d{1,5}$/, "host:port")
  .transform((text) => {
    const at = text.lastIndexOf(":");
    return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
  });

const ranges = z.array(z.cidrv4("must be an IPv4 range such as 10.0.0.0/16"));

/** What the program tells the sidecar of its hub (SIDECAR_CONFIG, JSON). */
const settings = z
  .strictObject({
    mcpPath: z.string().default(hubDefaults.mcpPath),
    messagePath: z.string().default(hubDefaults.messagePath),
    healthPath: z.string().default(hubDefaults.healthPath),
    /** Paths that pass to the hub without a token, and are none of MCP's: those of an authorization server of its own. */
    publicPaths: z.array(z.string().startsWith("/", 'a path starts with "/"')).default([]),
    /** Host under which requests reach the hub. */
    host: hostRule.default(hubDefaults.host),
    /** A Host as clients send it, to find out whether the hub takes it; untold, a name that is nobody's (RFC 2606). */
    publicHost: z
      .string()
      .regex(/^[\w.-]+(?::\d{1,5})?$/, "must be a host name, with a port or without")
      .default("hub.example"),
    /** Tool whose calls are analyses: their latency is measured. */
    tool: z.string().default(hubDefaults.tool),
    /** What its health answer must hold; left out: a 2xx that says nothing to the contrary is enough. */
    ready: readyRule.optional(),
    /** Texts in an analysis that mean that its language model failed. */
    llmFailurePatterns: z.array(z.string()).default([...hubDefaults.llmFailurePatterns]),
    /** How long an answer may take, and an analysis, in milliseconds. */
    answerMs: z.number().positive().default(hubDefaults.answerMs),
    analysisMs: z.number().positive().default(hubDefaults.analysisMs),
    /** Milliseconds between two heartbeats on an idle stream: well below the balancer's idle timeout. */
    heartbeatMs: z.int().min(100).default(15_000),
    /** Milliseconds between two looks at the drain flag. */
    flagMs: z.int().min(50).default(1_000),
    /** Milliseconds between two reports of metrics. */
    metricsMs: z.int().min(100).default(5_000),
    /** How long a client may take to send a request's headers, in milliseconds. */
    headersMs: z.int().min(100).default(10_000),
    /** How long a client may take to send a whole request, in milliseconds. */
    requestMs: z.int().min(100).default(120_000),
    /** Largest request body, in bytes. */
    largestBody: z
      .int()
      .min(1)
      .default(16 * 1024 * 1024),
    /** Most bytes of one message that are looked into; larger ones pass unseen. */
    largestObserved: z
      .int()
      .min(1)
      .default(1024 * 1024),
    /** Silence after which a session of Streamable HTTP without a stream counts as left, in milliseconds. */
    sessionIdleMs: z.int().min(1_000).default(600_000),
    /** From SIGTERM to the end of the last stream, in milliseconds: below the container's stop timeout. */
    stopMs: z.int().min(0).default(80_000),
    /** Features that a hub may do itself. */
    pin: z.boolean().default(true),
    observe: z.boolean().default(true),
  })
  .superRefine(({ healthPath, mcpPath, messagePath, publicPaths }, context) => {
    // It would be asked by GET alone, and every message of MCP turned away.
    if (healthPath === mcpPath || healthPath === messagePath)
      context.addIssue({ code: "custom", path: ["healthPath"], message: `${healthPath} is a path of MCP's` });
    const taken = [mcpPath, messagePath, healthPath, proofPath, ownHealthPath];
    for (const [at, path] of publicPaths.entries())
      if (taken.some((other) => mayBeSamePath(path, other)))
        context.addIssue({
          code: "custom",
          path: ["publicPaths", at],
          message: `${path} is another's already`,
        });
  });
/** The settings that the program gives. */
type Settings = z.infer<typeof settings>;

/** The sidecar's configuration: everything of the environment. Keys stay in memory. */
export interface SidecarConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly hub: { readonly host: string; readonly port: number };
  readonly slot: "blue" | "green";
  readonly release: string;
  /** CloudWatch namespace of the metrics. */
  readonly namespace: string;
  /** Newest first; a pin signed with any of them is accepted. */
  readonly keys: readonly string[];
  /** Bearer tokens that are accepted; none means no authentication. */
  readonly tokens: readonly string[];
  readonly settings: Settings;
  /** Where the drain flag is: a file, the record, or nowhere. */
  readonly flag: { readonly file: string } | { readonly table: string; readonly key: string } | null;
  /** IPv4 ranges that peer tasks have their addresses in; none: see `rangesOf`. */
  readonly network: readonly string[];
  readonly metadataUri: string | null;
  readonly agentUri: string | null;
}

/** Reads the environment. Throws an error whose message has every problem at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): SidecarConfig {
  const problems: string[] = [];
  const must = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === "") problems.push(`${name} is missing`);
    return value ?? "";
  };
  const parsed = <T>(name: string, given: unknown, schema: z.ZodType<T>): T | null => {
    const result = schema.safeParse(given);
    if (result.success) return result.data;
    if (given !== "")
      problems.push(
        ...result.error.issues.map(
          (issue) => `${name}${issue.path.map((part) => `.${String(part)}`).join("")}: ${issue.message}`,
        ),
      );
    return null;
  };
  const listen = parsed("SIDECAR_LISTEN", must("SIDECAR_LISTEN"), address);
  const hub = parsed("SIDECAR_HUB", must("SIDECAR_HUB").replace(/^http:\/\//, ""), address);
  const slot = parsed("SIDECAR_SLOT", must("SIDECAR_SLOT"), z.enum(["blue", "green"]));
  const release = must("SIDECAR_RELEASE");
  const namespace = must("SIDECAR_NAMESPACE");
  const keys = listOf(must("SIDECAR_SIGNING_KEY"));
  const own = parsed(
    "SIDECAR_CONFIG",
    env["SIDECAR_CONFIG"] ?? "{}",
    z.string().transform(json).pipe(settings),
  );
  const network = parsed("SIDECAR_NETWORK", listOf(env["SIDECAR_NETWORK"] ?? ""), ranges);
  if (problems.length > 0 || !listen || !hub || !slot || !own || !network)
    throw new Error(
      `The sidecar's environment has problems:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
  const { SIDECAR_DRAIN_FILE: file, SIDECAR_RECORD_TABLE: table, SIDECAR_RECORD_KEY: key } = env;
  return {
    listen,
    hub,
    slot,
    release,
    namespace,
    keys,
    tokens: listOf(env["SIDECAR_TOKENS"] ?? ""),
    settings: own,
    flag: file ? { file } : table && key ? { table, key } : null,
    network,
    metadataUri: env["ECS_CONTAINER_METADATA_URI_V4"] ?? null,
    agentUri: env["ECS_AGENT_URI"] ?? null,
  };
}

const listOf = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function json(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: `is no JSON: ${(error as Error).message}` });
    return z.NEVER;
  }
}
