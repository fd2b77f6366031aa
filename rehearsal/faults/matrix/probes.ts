import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Random } from "local-aws/random";
import { retryTransport } from "../../../checks/sources/causes.ts";
import { untilAborted } from "../../../checks/sources/pending.ts";
import { type ProbeSession, TurnedAway } from "../../../checks/sources/probe-session.ts";
import type { ProbeSource } from "../../../checks/sources/probe-source.ts";
import type { Colour } from "../../../domain/colour.ts";
import type { Ending } from "../../../domain/outcome.ts";
import type { Transport } from "../cells.ts";
import { type Asking, placeOfTool } from "./clients.ts";
import { type Effect, goodEnding } from "./effect.ts";
import { latencyMs } from "./latency.ts";
import { releaseOf } from "./slot.ts";
import { type Traffic, candidate, questionOf } from "./traffic.ts";

/** What own probes meet in the model. */
export interface ProbesOptions {
  readonly traffic: Traffic;
  readonly transport: Transport;
  readonly random: Random;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** They meet what users meet; false: the fault is in what only users ask. */
  readonly meetFaults: boolean;
  /** Share of the candidate's calls that the balancer itself answers with 503, once users come. */
  readonly turnedAway: number;
}

/**
 * Own probes, which meet the faults that users meet and throw what the official client throws. A hub of the stateless era is
 * asked over streamable HTTP: the checks' client begins with `initialize`, which is at the same place as `server/discover`.
 */
export class Probes implements ProbeSource {
  readonly #of: ProbesOptions;
  #opened = 0;

  constructor(of: ProbesOptions) {
    this.#of = of;
  }

  async get(_path: string, slot: Colour | null) {
    const { traffic, now } = this.#of;
    traffic.advance(now());
    const down = slot === candidate && traffic.isDown;
    return {
      status: down ? 503 : 200,
      contentType: down ? "text/html" : "application/json",
      text: down ? "" : JSON.stringify({ state: "ready", mcpEndpoint: {} }),
      slot: down ? null : slot,
      release: down || slot === null ? null : releaseOf[slot],
      durationMs: 2,
    };
  }

  async open(slot: Colour | null, signal: AbortSignal): Promise<ProbeSession> {
    return await retryTransport(() => this.#connect(slot ?? candidate, signal), signal);
  }

  async openTogether(count: number, slot: Colour | null, signal: AbortSignal): Promise<ProbeSession[]> {
    return await Promise.all(Array.from({ length: count }, () => this.open(slot, signal)));
  }

  async close(): Promise<void> {}

  async #connect(slot: Colour, signal: AbortSignal): Promise<ProbeSession> {
    const session = new Session(this.#of, slot, `probe-${++this.#opened}`);
    if (this.#of.transport === "sse") await session.ask(stream, signal);
    await session.ask({ method: "initialize", tool: null, place: "initialize" }, signal);
    await session.ask({ method: "notifications/initialized", tool: null, place: "notifications" }, signal);
    // Over streamable HTTP the client does not wait for its stream, and goes on without one.
    return session;
  }
}

const stream: Asking = { method: "stream/open", tool: null, place: "stream" };

class Session implements ProbeSession {
  readonly name: string;
  readonly #of: ProbesOptions;
  readonly #slot: Colour;
  #turnedAway: number | null = null;
  #broken: Error | null = null;
  #forgotten = false;

  constructor(of: ProbesOptions, slot: Colour, name: string) {
    this.#of = of;
    this.#slot = slot;
    this.name = name;
  }

  async catalogue(signal: AbortSignal) {
    const tools = (await this.listTools(signal)).map(({ name }) => name);
    return { capabilities: ["tools"], tools, resources: [], prompts: [] };
  }

  turnedAway(): number | null {
    return this.#turnedAway;
  }

  async listTools(signal: AbortSignal): Promise<Tool[]> {
    const result = await this.ask({ method: "tools/list", tool: null, place: "tools/list" }, signal);
    const tools = result["tools"];
    if (!Array.isArray(tools)) throw new Error("Invalid input: expected array, received undefined");
    const names = tools.length === 0 ? [] : this.#of.traffic.listed(this.#slot);
    return names.map((name): Tool => ({ name, inputSchema: { type: "object" } }));
  }

  async call(name: string, _args: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult> {
    const asked: Asking = { method: "tools/call", tool: name, place: placeOfTool(name) };
    return (await this.ask(asked, signal)) as CallToolResult;
  }

  listChanges(): number {
    return 0;
  }

  broken(): Error | null {
    return this.#broken;
  }

  async close(): Promise<void> {}

  /** The result of a request; throws what the client would. */
  async ask(asked: Asking, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { traffic, now, sleep, random, transport, meetFaults, turnedAway } = this.#of;
    traffic.advance(now());
    if (this.#broken !== null) throw this.#broken;
    const tooMany = asked.tool !== null && traffic.weight > 0 && random.chance(turnedAway);
    if (this.#slot === candidate && (traffic.isDown || tooMany)) throw this.#refused();
    this.#turnedAway = null;
    const struck = meetFaults ? traffic.struck(this.#slot, asked) : null;
    const effect = this.#forgotten ? forgotten : struck;
    const ending = effect?.hurts === true ? effect.ending : goodEnding(questionOf(asked));
    if (effect?.endsToo === "process") traffic.dies();
    if (effect?.endsToo === "session" && transport !== "sse") this.#forgotten = true;
    if (ending === null) return await untilAborted(new Promise(() => undefined), signal);
    await sleep(latencyMs(asked, random) + (effect?.laterMs ?? 0), signal);
    signal.throwIfAborted();
    if (effect?.endsToo === "session" && transport === "sse") this.#ends();
    return this.#resultOf(asked, ending, effect);
  }

  #refused(): Error {
    this.#turnedAway = 503;
    return new TurnedAway(503, httpError(503, this.#of.transport));
  }

  #ends(): never {
    this.#broken = new Error("the session's stream ended: SSE error: undefined");
    throw this.#broken;
  }

  #resultOf({ method }: Asking, ending: Ending, effect: Effect | null): Record<string, unknown> {
    const { transport } = this.#of;
    if (effect?.streamEnd != null && transport === "sse") throw new Error("SSE error: undefined");
    switch (ending.kind) {
      case "answer":
        return resultOf(ending.answer, ending.status, method, transport);
      case "status":
        throw httpError(ending.status, transport);
      case "no-answer":
        throw noAnswerError(ending.what);
      case "withdrawn":
        throw new Error('SSE error: Invalid content type, expected "text/event-stream"');
      default:
        return {};
    }
  }
}

const forgotten: Effect = {
  ending: { kind: "status", status: 404, sessionOpen: true },
  laterMs: 0,
  endsToo: "nothing",
  streamEnd: null,
  hurts: true,
};

function resultOf(
  answer: { readonly error?: unknown; readonly result?: unknown },
  status: number,
  method: string,
  transport: Transport,
): Record<string, unknown> {
  if (status >= 300) throw httpError(status, transport);
  if (answer.error !== undefined) {
    const { code } = answer.error as { code: number };
    throw Object.assign(new Error(`MCP error ${code}: the hub said so`), { code });
  }
  const result = answer.result as Record<string, unknown>;
  // The client's own schema refuses it, in words of its own.
  if (method === "initialize" && result["protocolVersion"] === undefined)
    throw new Error("Invalid input: expected string, received undefined");
  return result;
}

/** As the two transports of the official client say it. */
function httpError(status: number, transport: Transport): Error {
  if (transport === "sse") return new Error(`Error POSTing to endpoint (HTTP ${status}): the hub said so`);
  const message = "Streamable HTTP error: Error POSTing to endpoint: the hub said so";
  return Object.assign(new Error(message), { code: status });
}

function noAnswerError(what: string): Error {
  if (what === "malformed answer") return new SyntaxError("Unexpected end of JSON input");
  if (what.startsWith("text/")) {
    const message = `Streamable HTTP error: Unexpected content type: ${what}`;
    return Object.assign(new Error(message), { code: -1 });
  }
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  return new TypeError(what === "cut off" ? "terminated" : "fetch failed", { cause });
}
