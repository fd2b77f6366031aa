/** How a service's requests and answers look on the wire. */
type Protocol = "json" | "query" | "ec2" | "rest-json" | "rest-xml";

/** What a handler knows about a call besides its input. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly requestId: string;
}

/** Takes the operation's input and returns its output, both as the SDK's types have them. Throws AwsError. */
// The table of a service holds handlers of many shapes; each is typed where it is written.
export type Handler = (input: never, call: Call) => object | void | Promise<object | void>;

/** One AWS service: how it is called, and a handler for each of its operations that is known here. */
export interface Service {
  /** Name that requests are signed for: `elasticloadbalancing`, `monitoring`. */
  readonly signingName: string;
  readonly protocol: Protocol;
  /** The SDK client's module: the shapes of all operations are among its exports. Loaded at the first call. */
  readonly shapes: () => Promise<object>;
  /** Namespace of XML answers. */
  readonly xmlNamespace?: string;
  /** The input's member that is the path's first part, which the shapes do not name. */
  readonly firstLabel?: string;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Stops timers and the like. */
  close?(): void | Promise<void>;
}
