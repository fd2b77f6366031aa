/** Paths on which hubs usually speak MCP, the likeliest first. */
export const mcpPaths: readonly string[] = [
  "/mcp",
  "/sse",
  "/",
  "/messages",
  "/api/mcp",
  "/v1/mcp",
  "/mcp/sse",
];

/** Paths on which hubs usually say that they are up, the likeliest first. */
export const healthPaths: readonly string[] = [
  "/health",
  "/healthz",
  "/api/health",
  "/.health",
  "/ping",
  "/status",
  "/ready",
  "/readyz",
  "/livez",
  "/live",
  "/up",
  "/api/healthz",
  "/api/status",
  "/_health",
  "/health/ready",
  "/",
];

/** The paths to try: the one that was given, the usual ones below it, then the usual ones. */
export function pathsBelow(prefix: string, usual: readonly string[]): string[] {
  const below = prefix === "" ? [] : [prefix, ...usual.map((path) => prefix + path)];
  return [...new Set([...below, ...usual])];
}
