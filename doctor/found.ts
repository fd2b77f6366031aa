/** How a hub is spoken to: HTTP with a stream of events, streamable HTTP, or the revision without sessions. */
export const transports = ["streamable-http", "sse", "stateless"] as const;
/** One of the ways in which a hub is spoken to. */
export type Transport = (typeof transports)[number];
/** Those of them that open a session, as probes and gates do. */
export type SessionTransport = Exclude<Transport, "stateless">;

/** A place where a hub may be spoken to, and how. */
export interface Door<Way extends Transport = Transport> {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly transport: Way;
}

/** What a server calls itself; empty where it does not say. */
export interface ServerName {
  readonly name: string;
  readonly version: string;
}

/** An endpoint at which the hub speaks MCP. */
export interface Endpoint<Way extends Transport = Transport> {
  readonly path: string;
  readonly transport: Way;
  /** The revision that was agreed on; null: the client did not say. */
  readonly revision: string | null;
  /** Whether it opened a session that lives in the hub. */
  readonly session: boolean;
  /** Where a session's messages go, as its `endpoint` event named it; another's may go elsewhere. Null: there is none. */
  readonly messagePath: string | null;
  readonly server: ServerName;
}

/** How a hub turned away whoever came without a token. */
export interface Auth {
  readonly path: string;
  readonly status: number;
  /** Its WWW-Authenticate; empty: it named none. */
  readonly challenge: string;
  /** Whether the token in MCP_HUB_TOKEN let us in; null: there was none to try. */
  readonly tokenTaken: boolean | null;
}

/** What the hub makes of a public name in Host, as it comes from a balancer. */
export interface HostTaken {
  /** What `hub.host` has to be; null: the hub is on another machine, where it says nothing of a proxy in its own task. */
  readonly host: "public" | "loopback" | null;
  readonly why: string;
}

/** A health path that says the hub is up, or the nearest to one. */
export interface HealthFound {
  /** Null: none says that the hub is up. */
  readonly path: string | null;
  readonly why: string;
  /** A path that nobody made answers as well: the answer says no more than that the process runs. */
  readonly answersAnything: boolean;
}

/** The tool that gates would call, and what one call of it came to. */
export interface ToolCall {
  readonly tool: string;
  readonly toolArguments: Readonly<Record<string, unknown>>;
  readonly works: boolean;
  readonly why: string;
  readonly durationMs: number;
}

/** The stack config that fits a hub, and what its files are named after. */
export interface Fit {
  readonly name: string;
  readonly image: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Everything that was found out about a hub. */
export interface Found {
  readonly url: string;
  /** Null: something answered. Else why nothing did. */
  readonly unreachable: string | null;
  readonly endpoints: readonly Endpoint[];
  /** The endpoint that a rehearsal would use; null: there is none. */
  readonly endpoint: Endpoint<SessionTransport> | null;
  readonly auth: Auth | null;
  readonly host: HostTaken | null;
  readonly health: HealthFound | null;
  /** Names of its tools; null: it did not say. */
  readonly tools: readonly string[] | null;
  readonly call: ToolCall | null;
  /** Why it can't be rehearsed, a sentence each. */
  readonly reasons: readonly string[];
  /** Null: it can't be rehearsed. */
  readonly fit: Fit | null;
}
