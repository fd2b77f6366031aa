import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import { closeQuietly, endSession } from "../checks/sources/end-session.ts";
import { type Page, pages } from "../checks/sources/pages.ts";
import { whilePending } from "../checks/sources/pending.ts";
import { makeTransport } from "../checks/sources/probe-transport.ts";
import { beginningOf } from "../domain/health.ts";
import type { Door, ServerName, SessionTransport } from "./found.ts";
import type { Listener } from "./listener.ts";

/** An open session of the official client. */
export interface Session extends AsyncDisposable {
  readonly server: ServerName;
  /** Whether it lives in the hub: a server without sessions names none. */
  readonly kept: boolean;
  listTools(signal: AbortSignal): Promise<Tool[]>;
  call(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<CallToolResult>;
}

/** Opens a session over one of the transports that have them. Rejects with what the official client says. */
export async function openSession(
  { origin, path, transport }: Door<SessionTransport>,
  { send }: Pick<Listener, "send">,
  signal: AbortSignal,
): Promise<Session> {
  const client = new Client({ name: "bluegreen-doctor", version: "1" });
  const pipe = await makeTransport({ url: origin, mcpPath: path, transport }, send);
  try {
    await whilePending(signal, (own) => client.connect(pipe, { signal: own }));
  } catch (error) {
    await closeQuietly(client);
    throw error;
  }
  return {
    server: serverName(client.getServerVersion()),
    kept: transport === "sse" || pipe.sessionId !== undefined,
    listTools: (of) =>
      pages(async (cursor): Promise<Page<Tool>> => {
        const list = (own: AbortSignal) => client.listTools(cursor, { signal: own });
        const { tools, nextCursor } = await whilePending(of, list);
        return { items: tools, nextCursor };
      }),
    async call(name, args, of) {
      const call = (own: AbortSignal) =>
        client.callTool({ name, arguments: { ...args } }, undefined, { signal: own });
      return (await whilePending(of, call)) as CallToolResult;
    },
    async [Symbol.asyncDispose]() {
      await endSession(pipe);
      await closeQuietly(client);
    },
  };
}

/** What a server calls itself, each on one line. */
export function serverName(said: ServerName | undefined): ServerName {
  return { name: beginningOf(said?.name ?? "", 60), version: beginningOf(said?.version ?? "", 30) };
}
