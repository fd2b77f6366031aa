import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { header } from "../../domain/telemetry.ts";
import { shortened } from "../../domain/wrapped.ts";
import type { Asked, ClientWitness, Witness } from "../witness/witness.ts";
import { type Ask, opening, wantedOf } from "./asks.ts";
import { wholeCause } from "./cause.ts";
import { within } from "./patience.ts";

/** Where a session is opened, and who hears of it. */
export interface SessionOptions {
  /** Whole URL of the MCP endpoint. */
  readonly url: string;
  readonly transport: "sse" | "streamable-http";
  /** How long the client waits for an answer, in milliseconds. */
  readonly patienceMs: number;
  readonly witness: Witness;
  /** The stream ended and the client itself opened another: the slot it had been on. */
  readonly onRenewal?: (slot: string | null) => void;
}

/** One MCP session with the official SDK's client. */
export interface Session {
  /** Slot that answered last; null where no answer names one. */
  slot(): string | null;
  /** Tasks that answered since its stream was opened. */
  readonly tasks: ReadonlySet<string>;
  /** It lives in one task; a server without sessions names none, and any task may answer. */
  readonly pinned: boolean;
  /** Never rejects. @param word one that is in no other call */
  ask(what: Ask, word: string): Promise<Asked>;
  /** When its stream ends, the client itself opens another, which is a new session under the same name. */
  readonly renews: boolean;
  /** The transport ended by itself. */
  ended(): boolean;
  /** Tells the server, where the transport can, and leaves. */
  close(): Promise<void>;
}

/** What opening a session came to. */
export interface Opened {
  /** Null: it was not opened, and `asked` says why. */
  readonly session: Session | null;
  readonly asked: Asked;
}

/** Opens a session with the official client. Never rejects: what went wrong is in what it returns. */
export async function openSession(options: SessionOptions): Promise<Opened> {
  const { transport, patienceMs, witness, onRenewal } = options;
  const renews = transport === "sse";
  const eyes = witness.client(renews ? "sse" : "streamable");
  const tasks = new Set<string>();
  /** What answers that were errors said, since something was asked last. */
  const refusals: Promise<string>[] = [];
  let ended = false;
  let streams = 0;
  eyes.onStream = () => {
    // A stream is all of an SSE session; a session of streamable HTTP stays when its stream is opened again.
    if (!renews || ++streams === 1) return;
    onRenewal?.(eyes.slot);
    tasks.clear();
  };
  eyes.onAnswer = (response) => {
    const task = response.headers.get(header.task);
    if (task !== null && response.ok) tasks.add(task);
    if (response.status >= 400) refusals.push(describeRefusal(response.clone()));
  };
  const pipe = transportOf(options, eyes);
  const client = new Client({ name: "rehearsal", version: "1.0.0" });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
  client.onclose = () => {
    ended = true;
  };
  // Errors of a stream are told by the calls that they cost.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
  client.onerror = () => undefined;
  const ask = async (wanted: Parameters<ClientWitness["ask"]>[0], run: () => Promise<unknown>) => {
    refusals.length = 0;
    const asked = await eyes.ask(wanted, run);
    const refusal = refusals.at(-1);
    return asked.verdict === "well" || refusal === undefined
      ? asked
      : { ...asked, why: `${asked.why}; ${await refusal}` };
  };
  const asked = await ask(opening, () => within(patienceMs, client.connect(pipe, { timeout: patienceMs })));
  if (asked.verdict !== "well") {
    // A stream that failed would be opened again and again, though nobody waits for it any more.
    await client.close();
    return { session: null, asked };
  }
  const session: Session = {
    slot: () => eyes.slot,
    tasks,
    renews,
    pinned: !(pipe instanceof StreamableHTTPClientTransport) || pipe.sessionId !== undefined,
    ask: (what, word) => ask(wantedOf(what, word), () => request(client, what, word, patienceMs)),
    ended: () => ended,
    async close() {
      if (pipe instanceof StreamableHTTPClientTransport && !ended)
        await within(patienceMs, pipe.terminateSession()).catch(() => undefined); // it may be gone already
      await client.close();
    },
  };
  return { session, asked };
}

function transportOf({ url, transport }: SessionOptions, eyes: ClientWitness) {
  const watched = eyes.fetch;
  return transport === "sse"
    ? eyes.number(
        new SSEClientTransport(new URL(url), { fetch: watched, eventSourceInit: { fetch: watched } }),
      )
    : eyes.number(new StreamableHTTPClientTransport(new URL(url), { fetch: watched }));
}

function request(client: Client, { method, tool, argumentsOf }: Ask, word: string, timeout: number) {
  switch (method) {
    case "tools/call":
      return client.callTool({ name: tool ?? "", arguments: { ...argumentsOf(word) } }, undefined, {
        timeout,
      });
    case "tools/list":
      return client.listTools(undefined, { timeout });
    case "resources/list":
      return client.listResources(undefined, { timeout });
    case "prompts/list":
      return client.listPrompts(undefined, { timeout });
    default:
      return method satisfies never;
  }
}

/** Who answered with an error, and in which words: a task names itself, the balancer does not. */
async function describeRefusal(response: Response): Promise<string> {
  const { status, headers } = response;
  const [slot, task] = [headers.get(header.slot), headers.get(header.task)];
  const who = task === null ? (headers.get("server") ?? "somebody") : `task ${task} of ${slot}`;
  const text = await response.text().catch((error: unknown) => wholeCause(error));
  return `HTTP ${status} from ${who}: ${shortened(text.replaceAll(/\s+/g, " "), 160)}`;
}
