import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/**
 * Whether an OPTIONS request is a browser's question whether a page may ask (Fetch standard, "CORS-preflight fetch"). It has no
 * body, and what has one is none.
 */
export function isPreflight(headers: IncomingHttpHeaders): boolean {
  if (headers.origin === undefined || headers["access-control-request-method"] === undefined) return false;
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
}

/**
 * Any page may read a refusal of the sidecar's own: there is nothing in it that is not the same for everybody, and what a page
 * may ask is decided by the hub's answer to the preflight before. `*` is less than the origin said back: no browser takes it for
 * a request with credentials.
 */
const readable: readonly string[] = [
  "access-control-allow-origin",
  "*",
  "access-control-expose-headers",
  "mcp-session-id, www-authenticate, retry-after",
  "vary",
  "origin",
];
const none: readonly string[] = [];

/** The headers of an answer of the sidecar's own without which a page can't read it; none for who is no page. */
export const forBrowsers = ({ headers }: IncomingMessage): readonly string[] =>
  headers.origin === undefined ? none : readable;
