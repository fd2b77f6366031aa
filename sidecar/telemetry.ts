/**
 * Names that cross rooms: headers, query parameters, metrics, log fields. The sidecar writes them; checks, alarms,
 * dashboard, proof and rehearsal read them. Everything that needs one imports it from here.
 */

/** Response headers on every answer: which slot, task and release gave it. The proof in traffic reads them. */
export const header = {
  slot: "x-hub-slot",
  task: "x-hub-task",
  release: "x-hub-release",
  /** Request header that routes to a slot (`blue` or `green`) through the load balancer's probe rules. It never authenticates. */
  probeSlot: "x-probe-slot",
  /** Request header that proves a probe: `<unix seconds>.<hex hmac-sha256(secret, "probe:" + seconds)>`, valid for 300 s. */
  probeProof: "x-probe-proof",
  /** Request header of synthetic sessions, any non-empty value: their requests are left out of the slot's metrics. Honoured with a valid probe proof only. */
  synthetic: "x-probe-synthetic",
} as const;

/** Query parameters that the sidecar adds to the SSE endpoint URL: slot, task address and signature. */
export const pinQuery = { slot: "slot", task: "task", signature: "pin" } as const;

/** Answered by the sidecar itself, under the weighted rule: `{"slot","task","release"}` as JSON and in headers. */
export const proofPath = "/.slot";
/** The sidecar's health check: 200 while the hub is ready, also while it drains. Reached by the balancer's health check only. */
export const healthPath = "/.health";

/** CloudWatch namespace of one stack: stacks that share an account must not mix. The only dimension is the slot. */
export const metricNamespaceOf = (project: string, stack: string): string => `McpHub/${project}/${stack}`;
export const metricDimension = "Slot";

/** Metric names, each with its CloudWatch unit. */
export const metrics = {
  Requests: "Count",
  Successes: "Count",
  ProtocolErrors: "Count",
  ToolErrors: "Count",
  LlmFailures: "Count",
  AnalysisCalls: "Count",
  AnalysisLatency: "Milliseconds",
  RequestLatency: "Milliseconds",
  ToolListChanges: "Count",
  OpenSessions: "Count",
  SessionsOpened: "Count",
  SessionsLost: "Count",
  InputTokens: "Count",
  OutputTokens: "Count",
  SyntheticRequests: "Count",
} as const;
export type MetricName = keyof typeof metrics;

/** Metrics the guardian publishes each minute, with the same dimension; its own heartbeat has none. */
export const guardianMetrics = {
  Weight: "Percent",
  HealthyTargets: "Count",
  GuardianHeartbeat: "Count",
} as const;

/** Fields of the sidecar's access log line (JSON on stdout, `type: "access"`). Never prompts, arguments or secrets. */
export const accessFields = [
  "type",
  "timestamp",
  "slot",
  "task",
  "release",
  "session",
  "method",
  "tool",
  "outcome",
  "durationMs",
  "status",
  "synthetic",
] as const;
export type AccessOutcome =
  | "ok"
  | "protocol-error"
  | "tool-error"
  | "llm-failure"
  | "cancelled"
  | "lost"
  | "refused";
