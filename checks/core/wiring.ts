import type { CheckContext } from "./check.ts";
import type { AwsClients, ClientOptions } from "./clients.ts";

/** What a caller may hand in instead of the real thing. */
export interface Wiring {
  /** AWS clients of the caller's own, say of an assumed role; they stay open. */
  clients?: Partial<AwsClients>;
  /** What all other clients act with, say an assumed role's; left out: the caller's own. */
  credentials?: ClientOptions["credentials"];
  now?: () => number;
  sleep?: CheckContext["sleep"];
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Left out: read from Secrets Manager by the name in the inputs; null: none. */
  signingKey?: string | null;
  token?: string | null;
  /** Left out: this process's. */
  environment?: NodeJS.ProcessEnv;
}

/** A context and the way to end it. */
export interface OpenContext extends CheckContext {
  /** Closes its sessions and the AWS clients that were made for it. */
  close(): Promise<void>;
}
