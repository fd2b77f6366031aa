import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { HubTarget } from "../../domain/inputs.ts";

/** The transport of an own session, as the hub speaks it. */
export async function makeTransport(
  hub: Pick<HubTarget, "url" | "mcpPath" | "transport">,
  send: typeof fetch,
): Promise<Transport> {
  const url = new URL(hub.url + hub.mcpPath);
  if (hub.transport === "sse") {
    const { SSEClientTransport } = await import("@modelcontextprotocol/sdk/client/sse.js");
    return new SSEClientTransport(url, { fetch: send });
  }
  const { StreamableHTTPClientTransport } =
    await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  return new StreamableHTTPClientTransport(url, { fetch: send });
}
