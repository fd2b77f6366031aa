import type { Clock } from "../clock.ts";

/** Where a task listens. `id` is a loopback address: the local balancer never leaves this machine. */
export interface Target {
  id: string;
  port: number;
}

/** Which requests a rule is for. The values of one condition are ORed, the conditions of one rule ANDed. */
export interface Condition {
  field:
    | "path-pattern"
    | "host-header"
    | "http-header"
    | "query-string"
    | "http-request-method"
    | "source-ip";
  /** Only with `http-header`. */
  headerName?: string;
  /** Objects only with `query-string`: without `key` the value may stand under any key. `*` and `?` are wildcards. */
  values: (string | { key?: string; value: string })[];
  /** Only with `path-pattern`, in the place of values: regular expressions, one of which fits somewhere in the path. */
  expressions?: string[];
}

/** What a rule does with a request: one action, where ELBv2 takes several. */
export type Action = ForwardAction | FixedResponseAction | RedirectAction;

/** Sends the request on to one of some target groups, drawn by weight. */
export interface ForwardAction {
  type: "forward";
  /** Weights are relative: 10 and 20 mean one in three. */
  groups: { arn: string; weight: number }[];
}

/** Answers the request itself, with plain text and an empty body unless they are set. */
export interface FixedResponseAction {
  type: "fixed-response";
  status: number;
  contentType?: string;
  body?: string;
}

/**
 * Answers with another address. Parts that are left out stay as in the request; `#{protocol}`, `#{host}`, `#{port}`, `#{path}`,
 * `#{query}` are filled in.
 */
export interface RedirectAction {
  type: "redirect";
  status: 301 | 302;
  protocol?: string;
  host?: string;
  port?: string;
  path?: string;
  query?: string;
}

/** A rule of a listener: the first by priority whose conditions fit decides. */
export interface Rule {
  arn: string;
  /** Lower goes first. */
  priority: number;
  conditions: Condition[];
  action: Action;
}

/** A port of the balancer and what becomes of its requests: its rules, or else its default action. */
export interface Listener {
  arn: string;
  /** A real loopback port; 0 takes a free one, which `openListener` returns. */
  port: number;
  /** In any order. */
  rules: Rule[];
  defaultAction: Action;
  attributes: ListenerAttributes;
}

/** The attributes of a listener that change how it carries traffic. */
export interface ListenerAttributes {
  /** How long a connection may carry nothing, in either direction, before it is cut. AWS: 1 s to 4000 s, 60 s unless set. */
  idleTimeoutMs: number;
}

/** How a target group's targets are checked. The thresholds are results in a row until a target changes its state. */
export interface HealthCheck {
  /** Off: every target counts as healthy. On unless set. */
  enabled?: boolean;
  path: string;
  port: "traffic-port" | number;
  intervalMs: number;
  timeoutMs: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** Status codes that count as healthy: `200`, `200,202`, `200-299`. */
  matcher: string;
}

/** Targets that answer the same requests, and how one is chosen among them. */
export interface TargetGroup {
  arn: string;
  healthCheck: HealthCheck;
  /** How long a deregistered target keeps the streams it has. */
  deregistrationDelayMs: number;
  algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
}

/** A target's state in ELBv2's words; `unused`: no listener's rule names its group. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** A target's health as DescribeTargetHealth tells it: reason codes and descriptions are AWS's own. */
export interface TargetHealth {
  target: Target;
  state: TargetState;
  reason?: string;
  description?: string;
  /** When the state began, milliseconds since 1970. */
  since: number;
  /** Requests and streams that are open on it now. */
  inFlight: number;
  /** How many health checks have given a result so far. */
  checks: number;
}

/** How a request came to its end. */
export type Ending =
  | "complete"
  /** The client closed its connection first; without an answer so far this is status 460. */
  | "client-left"
  /** The target broke off after its headers. */
  | "target-cut"
  | "idle-timeout"
  /** The deregistration delay of its target was over. */
  | "deregistered"
  /** The listener, its target group or the whole balancer was closed. */
  | "closed";

/** One request, written when it is over: for a stream that is when the stream ends. */
export interface AccessEntry {
  /** When the request arrived, milliseconds since 1970. */
  at: number;
  listener: string;
  /** The rule's ARN; `default` when none matched; `-` when the request could not be read. */
  rule: string;
  group: string | null;
  /** What was drawn to choose between groups by their weights, 0 ≤ x < 1; null: there was nothing to choose. */
  draw: number | null;
  target: Target | null;
  method: string;
  /** Without the query. */
  path: string;
  /** With its question mark; empty when there is none. */
  query: string;
  /** What the client saw. 460: it left before there was an answer. */
  status: number;
  /** The target's own status; null when it gave none. */
  targetStatus: number | null;
  /** Set when the balancer itself made the answer because no target gave one. */
  balancerStatus?: 502 | 503 | 504;
  /** No target was healthy, so an unhealthy one got the request. */
  failOpen?: true;
  /** Why the balancer answered instead of the target, or cut the stream; one sentence. */
  why?: string;
  ending: Ending;
  /** From sending the request to the target to its headers; null without them. */
  firstByteMs: number | null;
  durationMs: number;
  /** Body bytes sent to the client. */
  bytes: number;
  /** Body bytes received from the client. */
  receivedBytes: number;
  /** `x-amzn-trace-id` as the target saw it. */
  traceId: string;
}

/** What a balancer works with: chance, time, and where its ports are. */
export interface BalancerOptions {
  /** 0 ≤ x < 1, drawn once per request that is to be split by weight. */
  random: () => number;
  clock: Clock;
  /** From a change of rules to its effect on traffic. A function is asked once per change. */
  propagationDelayMs: number | (() => number);
  /** Port of this machine for a listener's port, 0 for a free one. The same unless set. */
  listenerPort?: (asked: number) => number;
  /**
   * Name under which clients mean to come: nothing resolves it here, so that they connect to an address, and their targets hear
   * this name as their Host instead. What the client said unless set.
   */
  publicName?: string;
  onAccess?: (entry: AccessEntry) => void;
  /** Called when a target's state changes. */
  onHealth?: (group: string, health: TargetHealth) => void;
  /** Something that would hurt on AWS although it works here; one sentence, told once per target group. */
  onNote?: (note: string) => void;
  /** Divides health check intervals; timeouts shrink with them, not below 2 s or their own value. 1 unless set. */
  healthCheckSpeedup?: number;
  /** How long connecting to a target may take. 10 s unless set, as on an ALB. */
  connectTimeoutMs?: number;
}
