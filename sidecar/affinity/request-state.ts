import { createHash } from "node:crypto";
import type { Home } from "./pin.ts";
import { short, sign, verify } from "./signature.ts";

/**
 * Stateless MCP (revision 2026-07-28) has no session to pin. But a server that asks back hands the client an opaque
 * `requestState`, which only the release that minted it may be able to read. On its way out it gets a prefix that says where
 * it came from, and loses it on its way in.
 */

/** The path of the state in an answer. */
export const stateInAnswer = ["result", "requestState"] as const;
/** The path of the state in the request that brings it back. */
export const stateInRequest = ["params", "requestState"] as const;

/** First revision without sessions; revisions are dates. */
const firstStateless = "2026-07-28";

/** Whether a request says, in `MCP-Protocol-Version`, that it belongs to no session. */
export const isStateless = (version: string | string[] | undefined) =>
  typeof version === "string" && version >= firstStateless && /^\d{4}-\d\d-\d\d$/.test(version);

/** A state that was read: its home, its release, and what the hub itself made of it. */
export interface State extends Home {
  /** Short name of the release that minted it. */
  readonly release: string;
  readonly own: string;
}

const prefix = "hub1";
const pattern = /^hub1\.([a-z]+)\.([\w-]+)\.([0-9a-f]{16})\.([0-9a-f]{32})\.(.*)$/s;

/** A release's name within a state: short, and without what a separator could be. */
export const shortRelease = (release: string) =>
  createHash("sha256").update(release).digest("hex").slice(0, 16);

/** A state as clients hold it: with where it comes from, signed. */
export function wrapState(own: string, home: Home, release: string, key: string): string {
  const parts = [home.slot, home.task, shortRelease(release)];
  const signature = sign(key, "state", [...parts, own].join("\n")).slice(0, short);
  const task = Buffer.from(home.task).toString("base64url");
  return [prefix, home.slot, task, parts[2], signature, own].join(".");
}

/** Reads a state. Null: no sidecar wrapped it, so the hub itself must judge it. "forged": it looks wrapped, and nobody here signed it. */
export function readState(text: string, keys: readonly string[]): State | "forged" | null {
  if (!text.startsWith(`${prefix}.`)) return null;
  const [, slot = "", task64 = "", release = "", signature = "", own = ""] = pattern.exec(text) ?? [];
  const task = Buffer.from(task64, "base64url").toString("utf8");
  if (Buffer.from(task).toString("base64url") !== task64) return "forged";
  const good = signature !== "" && verify(keys, "state", [slot, task, release, own].join("\n"), signature);
  return good ? { slot, task, release, own } : "forged";
}
