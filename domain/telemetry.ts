import type { Outcome } from "./outcome.ts";

/**
 * Names that cross rooms: headers, query parameters, metrics, log fields. The sidecar writes them; checks, alarms,
 * dashboard, proof and rehearsal read them. Everything that needs one imports it from here.
 */

/** Response headers on every answer: which slot, task and release gave it. The proof in traffic reads them. */
export const header = {
  slot: "x-hub-slot",
  task: "x-hub-task",
  release: "x-hub-release",
  /** On an answer with which the sidecar itself turned a request away, any value: the hub was never asked. */
  refused: "x-hub-refused",
  /** Request header that routes to a slot (`blue` or `green`) through the load balancer's probe rules. It never authenticates. */
  probeSlot: "x-probe-slot",
  /** Request header that proves a probe: `<unix seconds>.<hex hmac-sha256(secret, "probe:" + seconds)>`, valid for 300 s. */
  probeProof: "x-probe-proof",
  /** Request header of synthetic sessions, any non-empty value: their requests are left out of the slot's metrics. Honoured with a valid probe proof only. */
  synthetic: "x-probe-synthetic",
} as const;

/**
 * Query parameters of the URL that the sidecar makes of an `endpoint` event's: slot, task address and signature, and where the
 * hub's own URL is not the public one with these added, that URL.
 */
export const pinQuery = { slot: "slot", task: "task", signature: "pin", own: "to" } as const;

/** Answered by the sidecar itself, under the weighted rule: `{"slot","task","release"}` as JSON and in headers. */
export const proofPath = "/.slot";
/** The sidecar's health check: 200 while the hub is ready, also while it drains. Reached by the balancer's health check only. */
export const healthPath = "/.health";

/** How the sidecar's own line (`type: "sidecar"`) begins that says why its hub is not ready: one for each change. */
export const notReadyWords = "the hub is not ready: ";

/**
 * How the CloudWatch namespace of one stack begins: stacks that share an account must not mix. What follows is drawn once for each
 * stack and told to nobody who prints other people's text: CloudWatch takes a metric out of any line of any log group that
 * names its namespace. The only dimension is the slot.
 */
export const metricNamespaceOf = (project: string, stack: string): string => `McpHub/${project}/${stack}`;
/** The one dimension of every metric: the slot. */
export const metricDimension = "Slot";

/**
 * Metric names, each with its CloudWatch unit. What is counted is requests of users: synthetic ones have a metric of their own and
 * no part in any other. A ratio divides by the metric that counts its population: outcomes by `Requests`, what is about analyses by
 * `AnalysisCalls`.
 */
export const metrics = {
  /** Requests that reached the hub and ended; the sum of the outcomes below, `Refused` left out. */
  Requests: "Count",
  Successes: "Count",
  ServerFaults: "Count",
  /** Of analyses. */
  LlmFailures: "Count",
  ToolErrors: "Count",
  ClientFaults: "Count",
  Withdrawn: "Count",
  Drained: "Count",
  /** Turned away by the sidecar: no part of `Requests`. */
  Refused: "Count",
  /** Analyses that ended, however they did, or were given up on. */
  AnalysisCalls: "Count",
  /** One value for each of them; of one that got no answer, how long it had waited. */
  AnalysisLatency: "Milliseconds",
  RequestLatency: "Milliseconds",
  ToolListChanges: "Count",
  OpenSessions: "Count",
  SessionsOpened: "Count",
  SessionsLost: "Count",
  /** Analyses whose result tells their tokens: the population of the two below. */
  AnalysesWithTokens: "Count",
  InputTokens: "Count",
  OutputTokens: "Count",
  SyntheticRequests: "Count",
} as const;
/** The name of a metric. */
export type MetricName = keyof typeof metrics;

/** Metrics the guardian publishes each minute, with the same dimension; its own heartbeat has none. */
export const guardianMetrics = {
  Weight: "Percent",
  HealthyTargets: "Count",
  /** 1 while the slot has weight and its sidecars have reported nothing lately, not even zeros; else 0. */
  TelemetryLost: "Count",
  GuardianHeartbeat: "Count",
} as const;

/** The metric that counts an outcome. */
export const metricOfOutcome = {
  ok: "Successes",
  "server-fault": "ServerFaults",
  "llm-failure": "LlmFailures",
  "tool-error": "ToolErrors",
  "client-fault": "ClientFaults",
  withdrawn: "Withdrawn",
  drained: "Drained",
  refused: "Refused",
} as const satisfies Record<Outcome, MetricName>;

/**
 * Schema of the lines below. A reader takes schema 2 whole; of lines without one (an older sidecar's) it knows method, tool,
 * duration and whether the outcome was `ok`.
 */
export const accessSchema = 2;

/**
 * The sidecar's access log line (JSON on stdout, `type: "access"`): one for each request that reached the hub. Never prompts,
 * arguments, results or secrets.
 */
export interface AccessLine {
  readonly type: "access";
  readonly schema: typeof accessSchema;
  /** When it ended, ISO 8601. */
  readonly timestamp: string;
  readonly slot: string;
  readonly task: string;
  readonly release: string;
  /** The hub's own name of the session; of a request without one, `<task>/<request>`, a name that is the request's alone. */
  readonly session: string;
  /** When the session began in this task, milliseconds since 1970; null: it belongs to no session. */
  readonly sessionAt: number | null;
  /** The session's `initialize` was seen here; null: it belongs to no session. A client that came back by itself sends none. */
  readonly begun: boolean | null;
  /** Number of the request within its task: the same as in lines of open requests. */
  readonly request: number;
  /** JSON-RPC id as the client chose it, at most 64 characters of it; null: a notification, or no message at all. */
  readonly id: string | number | null;
  /**
   * JSON-RPC method, at most 128 characters of it; `stream/open` and `stream/end` of an event stream that a GET asks for (the latter of a
   * subscription's too); `session/delete`; `answer` of a client's own answer; `unreadable`: no message that could be read.
   */
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: Outcome;
  /** Why it is no `ok`, in a word or two; empty for `ok`. */
  readonly cause: string;
  readonly durationMs: number;
  /** HTTP status under which the answer came; null: none came. */
  readonly status: number | null;
  readonly synthetic: boolean;
  /** Number of the counts line that tells of the same second; left out: every request of that second has a line. */
  readonly counts?: number;
  /** With `counts`: how many requests of that second that have no line ended before it, and how many of them were analyses. */
  readonly after?: readonly [requests: number, analyses: number];
  /**
   * False: its session is none of those of which every request has a line, and it is here for how it ended. Good for shares and
   * causes; a comparison with such lines would see bad answers alone. Left out: it is one of them.
   */
  readonly chosen?: false;
}

/** Requests of one kind that have no line of their own. */
export interface CountedRequests {
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: Outcome;
  readonly requests: number;
  /** Of analyses, how long they took: milliseconds as `shortMs` has them, and how many took so long. They add up to `requests`. */
  readonly took?: readonly (readonly [ms: number, requests: number])[];
}

/**
 * `type: "counts"`: users' requests that ended in the last second and have no line of their own, once a second while a task
 * answers more than it writes lines for. With the lines that name its number it tells of each request of that second once.
 */
export interface CountsLine {
  readonly type: "counts";
  readonly schema: typeof accessSchema;
  /** When its second ended, ISO 8601. */
  readonly timestamp: string;
  readonly slot: string;
  readonly task: string;
  readonly release: string;
  /** One more than the one before it. They begin at the millisecond in which the task did: none comes twice at one address. */
  readonly number: number;
  /** When the one before it was written, milliseconds since 1970; null: there is none. */
  readonly beforeAt: number | null;
  /** How long its second was, milliseconds. */
  readonly ms: number;
  /** One of so many sessions has a line for each of its requests: a power of two. */
  readonly every: number;
  /** How many access lines name its number. */
  readonly lines: number;
  readonly counted: readonly CountedRequests[];
}

/** A request that has waited for a while, in a line of open requests. */
export interface OpenRequest {
  readonly request: number;
  readonly session: string;
  readonly sessionAt: number | null;
  readonly begun: boolean | null;
  readonly method: string;
  readonly tool: string | null;
  /** When it came, milliseconds since 1970. */
  readonly since: number;
  /** As in an access line. */
  readonly chosen?: false;
}

/**
 * `type: "open"`: users' requests that still wait, the oldest first. Written once a second while there are any that have waited for
 * `openAfterMs`, and once more when there are none any longer. It takes the place of the task's line before it.
 */
export interface OpenLine {
  readonly type: "open";
  readonly schema: typeof accessSchema;
  readonly timestamp: string;
  readonly slot: string;
  readonly task: string;
  readonly release: string;
  readonly requests: readonly OpenRequest[];
  /** How many more there are than the line holds. */
  readonly more: number;
}

/** A request that waits for less is in no line of open ones, in milliseconds. */
export const openAfterMs = 250;
/** Most requests that one such line names: about 20 kB. */
export const mostOpenListed = 200;
