import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { HubTarget } from "../../domain/inputs.ts";
import { header } from "../../domain/telemetry.ts";
import { closeQuietly, endSession } from "./end-session.ts";
import { pages, type Page } from "./pages.ts";
import { whilePending } from "./pending.ts";
import { type ProbeSession, TurnedAway } from "./probe-session.ts";
import { makeTransport } from "./probe-transport.ts";

/** An own MCP session, opened and ready to be asked. */
export async function openSession(
  hub: HubTarget,
  send: typeof fetch,
  signal: AbortSignal,
  onClosed: () => void,
): Promise<ProbeSession> {
  const { Client: McpClient } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { ToolListChangedNotificationSchema: ListChanged } =
    await import("@modelcontextprotocol/sdk/types.js");
  const client = new McpClient({ name: "bluegreen-check", version: "1" });
  let turnedAway: number | null = null;
  const transport = await makeTransport(hub, async (input, init) => {
    const response = await send(input, init);
    turnedAway = wasTurnedAway(hub, response) ? response.status : null;
    return response;
  });
  const ended = new AbortController();
  const name = `probe-${++opened}`;
  let changes = 0;
  let connected = false;
  let broken: Error | null = null;

  const end = (cause: Error) => {
    if (broken !== null) return;
    broken = cause;
    ended.abort(cause);
  };
  client.setNotificationHandler(ListChanged, () => {
    changes += 1;
  });
  // The MCP client takes its listeners as properties, it is no EventTarget.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onerror = (error) => {
    if (connected && hub.transport === "sse" && error.message.startsWith("SSE error"))
      end(new Error(`the session's stream ended: ${error.message}`, { cause: error }));
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onclose = () => end(new Error("the session was closed"));

  try {
    await whilePending(signal, (own) => client.connect(transport, { signal: own }));
    connected = true;
  } catch (error) {
    await closeQuietly(client);
    throw turnedAway === null ? error : new TurnedAway(turnedAway, error);
  }

  const within = (of: AbortSignal) => AbortSignal.any([of, ended.signal]);
  const listTools = (of: AbortSignal) =>
    pages(async (cursor): Promise<Page<Tool>> => {
      const { tools, nextCursor } = await whilePending(within(of), (own) =>
        client.listTools(cursor, { signal: own }),
      );
      return { items: tools, nextCursor };
    });
  return {
    name,
    turnedAway: () => turnedAway,
    listTools,
    async catalogue(of) {
      const has = client.getServerCapabilities() ?? {};
      const listed = <T extends { name: string }>(there: boolean, list: () => Promise<T[]>) =>
        there ? list().then((items) => items.map((item) => item.name)) : Promise.resolve([]);
      const resources = () =>
        pages(async (cursor): Promise<Page<{ name: string }>> => {
          const page = await whilePending(within(of), (own) => client.listResources(cursor, { signal: own }));
          return { items: page.resources.map(({ uri }) => ({ name: uri })), nextCursor: page.nextCursor };
        });
      const prompts = () =>
        pages(async (cursor): Promise<Page<{ name: string }>> => {
          const page = await whilePending(within(of), (own) => client.listPrompts(cursor, { signal: own }));
          return { items: page.prompts, nextCursor: page.nextCursor };
        });
      return {
        capabilities: Object.keys(has),
        tools: await listed(has.tools !== undefined, () => listTools(of)),
        resources: await listed(has.resources !== undefined, resources),
        prompts: await listed(has.prompts !== undefined, prompts),
      };
    },
    async call(name, args, of) {
      const answer = await whilePending(within(of), (own) =>
        client.callTool({ name, arguments: args }, undefined, { signal: own, timeout: 2 ** 31 - 1 }),
      );
      return answer as CallToolResult;
    },
    listChanges: () => changes,
    broken: () => broken,
    async close() {
      onClosed();
      await endSession(transport);
      await closeQuietly(client);
    },
  };
}

/** Counts sessions, for their names. */
let opened = 0;

/**
 * Whether the hub was never asked. The sidecar marks its own refusals; every other answer of a slot that has one names its task, and
 * one that names none is the balancer's own.
 */
function wasTurnedAway({ signingSecret }: HubTarget, { status, headers }: Response): boolean {
  if (signingSecret === undefined) return false;
  return headers.has(header.refused) || ([502, 503, 504].includes(status) && !headers.has(header.task));
}
