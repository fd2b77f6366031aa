import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { header } from "../../sidecar/telemetry.ts";
import { wholeCause } from "./cause.ts";
import type { Ending } from "./tally.ts";

export interface SessionOptions {
  /** Whole URL of the MCP endpoint. */
  readonly url: string;
  readonly transport: "sse" | "streamable-http";
  readonly tool: string;
  readonly toolArguments: Readonly<Record<string, unknown>>;
  readonly token?: string;
  /** The stream ended and the client itself opened another: the slot it had been on. */
  readonly onRenewal?: (slot: string | null) => void;
}

/** How a call ended. `over`: the answer was that the session is no more, and the client has to begin anew. */
export interface Outcome {
  readonly ending: Ending | "over";
  readonly why: string;
}

/** One MCP session with the official SDK's client. */
export interface Session {
  /** Slot that answered last; null where no answer names one. */
  slot(): string | null;
  /** Tasks that answered since its stream was opened. */
  readonly tasks: ReadonlySet<string>;
  call(): Promise<Outcome>;
  list(): Promise<Outcome>;
  /** When its stream ends, the client itself opens another, which is a new session under the same name. */
  readonly renews: boolean;
  /** The transport ended by itself. */
  ended(): boolean;
  close(): Promise<void>;
}

const balancers: readonly number[] = [502, 503, 504];
/** Time a call may take, in milliseconds. */
const callMs = 20_000;

/** Opens a session. Rejects with an error that says all that is known of why. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const tasks = new Set<string>();
  const renews = options.transport === "sse";
  let slot: string | null = null;
  let lastStatus = 0;
  let refusal = "";
  let ended = false;
  let streams = 0;
  const watched: typeof fetch = async (input, init) => {
    // A stream is all of an SSE session; a session of streamable HTTP stays when its stream is opened again.
    if (renews && (init?.method ?? "GET") === "GET" && ++streams > 1) {
      options.onRenewal?.(slot);
      tasks.clear();
    }
    const response = await fetch(input, init);
    lastStatus = response.status;
    if (lastStatus >= 400) refusal = await describeRefusal(response.clone());
    slot = response.headers.get(header.slot) ?? slot;
    const task = response.headers.get(header.task);
    if (task !== null && response.ok) tasks.add(task);
    return response;
  };
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const transport =
    options.transport === "sse"
      ? new SSEClientTransport(new URL(options.url), {
          fetch: watched,
          eventSourceInit: { fetch: watched },
          requestInit: { headers },
        })
      : new StreamableHTTPClientTransport(new URL(options.url), { fetch: watched, requestInit: { headers } });
  const client = new Client({ name: "rehearsal", version: "1.0.0" });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
  client.onclose = () => {
    ended = true;
  };
  // Errors of a stream are told by the calls that they cost.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
  client.onerror = () => undefined;
  const why = (error: unknown) => [wholeCause(error), refusal].filter((text) => text !== "").join("; ");
  try {
    await client.connect(transport, { timeout: callMs });
  } catch (error) {
    // A stream that failed would be opened again and again, though nobody waits for it any more.
    await client.close();
    throw new Error(why(error), { cause: error });
  }
  const end = async (ask: () => Promise<unknown>): Promise<Outcome> => {
    lastStatus = 0;
    refusal = "";
    try {
      return judge(await ask());
    } catch (error) {
      if (lastStatus === 404) return { ending: "over", why: why(error) };
      const answered = error instanceof McpError && error.code !== -32_001 && error.code !== -32_000;
      return { ending: answered && !balancers.includes(lastStatus) ? "hurt" : "lost", why: why(error) };
    }
  };
  return {
    slot: () => slot,
    tasks,
    renews,
    call: () =>
      end(() =>
        client.callTool({ name: options.tool, arguments: { ...options.toolArguments } }, undefined, {
          timeout: callMs,
        }),
      ),
    list: () => end(() => client.listTools(undefined, { timeout: callMs })),
    ended: () => ended,
    close: () => client.close(),
  };
}

/** Who answered with an error, and in which words: a task names itself, the balancer does not. */
async function describeRefusal(response: Response): Promise<string> {
  const { status, headers } = response;
  const [slot, task] = [headers.get(header.slot), headers.get(header.task)];
  const who = task === null ? (headers.get("server") ?? "somebody") : `task ${task} of ${slot}`;
  const text = await response.text().catch((error: unknown) => wholeCause(error));
  return `HTTP ${status} from ${who}: ${text.replaceAll(/\s+/g, " ").slice(0, 160)}`;
}

/** A result that is an error in other words was an answer, and a bad one. */
function judge(result: unknown): Outcome {
  const { isError, content } = result as { isError?: boolean; content?: { text?: string }[] };
  const text = content?.[0]?.text ?? "";
  return isError === true || text.includes('"error"')
    ? { ending: "hurt", why: text.slice(0, 120) }
    : { ending: "ok", why: "" };
}
