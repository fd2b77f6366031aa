import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";

/** An answer to a plain HTTP probe. */
export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
  /** What the answer says of itself; null where it says nothing. */
  slot: string | null;
  release: string | null;
  durationMs: number;
}

/** What a slot offers, by name. */
export interface Catalogue {
  capabilities: string[];
  tools: string[];
  resources: string[];
  prompts: string[];
}

/** An open MCP session of the official client. */
export interface ProbeSession {
  /** The client's name of it. */
  readonly name: string;
  /** Everything that its `initialize` and its lists name; a list that the hub does not have is empty. */
  catalogue(signal: AbortSignal): Promise<Catalogue>;
  /** The status with which the balancer or the sidecar turned its last request away itself; null: neither did. */
  turnedAway(): number | null;
  listTools(signal: AbortSignal): Promise<Tool[]>;
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult>;
  /** How many `notifications/tools/list_changed` have arrived. */
  listChanges(): number;
  /** Why the session ended by itself; null while it is open. */
  broken(): Error | null;
  close(): Promise<void>;
}

/** A session that could not be opened: the balancer or the sidecar turned it away without asking the hub. */
export class TurnedAway extends Error {
  readonly status: number;

  constructor(status: number, cause: unknown) {
    super(`turned away before the hub was asked: HTTP ${status}`, { cause });
    this.status = status;
  }
}
