import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, request } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Gzip, constants, createGzip, gzip } from "node:zlib";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Fault, slowMs } from "../faults/cells.ts";
import { Dice } from "../faults/dice.ts";
import type { Outside } from "./config.ts";
import { type Message, type Spoiling, error, half, page, placeOf, spoilAnswer } from "./spoil.ts";

/** What the proxy spoils, and of which hub. */
export interface ProxyOptions extends Outside {
  /** Where the hub listens on loopback. */
  readonly port: number;
  readonly random: () => number;
  /** Ends the hub and this process, as the kernel would. */
  readonly outOfMemory: () => void;
}

/** An open HTTP+SSE stream: whose messages come to which URL, and which of its answers are to be spoiled. */
interface OpenStream {
  endpoint: URL | null;
  readonly waiting: Map<string | number, Spoiling>;
}

const nothing: Spoiling = { fault: null, gone: [] };
const compress = promisify(gzip);

/** Passes requests on to a hub, and spoils what its release's faults strike. */
export class Proxy {
  readonly #options: ProxyOptions;
  readonly #dice: Dice;
  readonly #streams = new Set<OpenStream>();
  /** Sessions that the hub is made to have forgotten. */
  readonly #forgotten = new Set<string>();

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#dice = new Dice(options.faults, options.random);
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const message = parse(body.toString("utf8"));
    const session = sessionOf(incoming);
    if (session !== null && this.#forgotten.has(session)) return forgotten(outgoing);
    const spoiling = this.#strike(incoming, message);
    const { fault } = spoiling;
    if (fault !== null && this.#answered(fault, message, session, incoming, outgoing)) return;
    if (fault?.kind === "slow") await sleep(fault.ms ?? slowMs);
    const stream = this.#streamOf(incoming);
    if (message?.id !== undefined && spoiling !== nothing) stream?.waiting.set(message.id, spoiling);
    const answer = await this.#ask(incoming, body, outgoing);
    if (answer === null) return;
    await this.#pass(answer, outgoing, incoming.method === "GET", spoiling, message?.id);
  }

  #strike(incoming: IncomingMessage, message: Message | null): Spoiling {
    const wantsStream = incoming.headers.accept?.includes("text/event-stream") === true;
    const verb = incoming.method === "GET" && !wantsStream ? "other" : (incoming.method ?? "");
    const place = placeOf(verb, message, this.#options);
    if (place === null) return nothing;
    const fault = this.#dice.strike(place);
    const gone = place === "tools/list" ? this.#gone() : [];
    return fault === null && gone.length === 0 ? nothing : { fault, gone };
  }

  #gone(): string[] {
    const { tool, otherTool } = this.#options;
    const isGone = ({ kind }: Fault) => kind === "tool-gone";
    return [
      ...(this.#dice.strike("analysis", isGone) === null ? [] : [tool]),
      ...(otherTool === null || this.#dice.strike("other-tool", isGone) === null ? [] : [otherTool]),
    ];
  }

  /** Faults that need no hub. False: the hub is asked all the same. */
  #answered(
    fault: Fault,
    message: Message | null,
    session: string | null,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): boolean {
    switch (fault.kind) {
      case "hang":
        return true;
      case "reset":
        (outgoing.socket as Socket).resetAndDestroy();
        return true;
      case "status-4xx":
        outgoing.writeHead(422, { "content-type": "text/plain" }).end("Unprocessable");
        return true;
      case "status-5xx":
        outgoing.writeHead(500, { "content-type": "text/plain" }).end("Internal Server Error");
        return true;
      case "html-page":
        outgoing.writeHead(200, { "content-type": "text/html" }).end(page);
        return true;
      case "initialize-fails":
        outgoing.writeHead(500, { "content-type": "application/json" });
        outgoing.end(JSON.stringify(error(message?.id, -32_603, "Internal server error")));
        return true;
      case "stream-fails":
        outgoing.writeHead(200, { "content-type": "text/event-stream" }).end();
        return true;
      case "session-forgotten":
        if (session !== null) this.#forgotten.add(session);
        forgotten(outgoing);
        return true;
      case "out-of-memory":
        this.#options.outOfMemory();
        incoming.socket.destroy();
        return true;
      default:
        return false;
    }
  }

  /** The hub's answer; null: it gave none, and the client has been told. */
  async #ask(
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
  ): Promise<IncomingMessage | null> {
    const { method, url, headers } = incoming;
    const { "transfer-encoding": _encoding, ...rest } = headers;
    const onward = request({
      host: "127.0.0.1",
      port: this.#options.port,
      method,
      path: url,
      headers: { ...rest, "accept-encoding": "identity", "content-length": String(body.length) },
    });
    outgoing.on("close", () => onward.destroy());
    onward.end(body);
    try {
      const [answer] = (await once(onward, "response")) as [IncomingMessage];
      onward.on("error", () => outgoing.destroy());
      return answer;
    } catch {
      if (!outgoing.headersSent) outgoing.writeHead(502).end();
      return null;
    }
  }

  async #pass(
    answer: IncomingMessage,
    outgoing: ServerResponse,
    isStream: boolean,
    spoiling: Spoiling,
    id: Message["id"],
  ): Promise<void> {
    const { "content-length": _length, ...headers } = answer.headers;
    const type = headers["content-type"] ?? "";
    const status = answer.statusCode ?? 502;
    if (type.startsWith("text/event-stream"))
      return this.#passEvents(answer, outgoing, isStream, spoiling, id);
    if (!type.startsWith("application/json")) {
      outgoing.writeHead(status, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    const text = Buffer.concat(await answer.toArray()).toString("utf8");
    const { fault } = spoiling;
    if (fault?.kind === "truncated-stream") {
      outgoing.writeHead(status, { ...headers, "content-type": "text/event-stream" });
      outgoing.end(`event: message\ndata: ${half(text)}`);
      return;
    }
    const spoiled = spoilText(spoiling, text);
    if (fault?.kind === "compressed") {
      outgoing.writeHead(status, { ...headers, "content-encoding": "gzip" });
      outgoing.end(await compress(spoiled));
      return;
    }
    outgoing.writeHead(status, { ...headers, ...typeOf(fault) }).end(spoiled);
  }

  /** Event by event, each as the hub named it, its data spoiled where it answers a request that was struck. */
  async #passEvents(
    answer: IncomingMessage,
    outgoing: ServerResponse,
    isStream: boolean,
    own: Spoiling,
    id: Message["id"],
  ): Promise<void> {
    const { fault } = own;
    const waiting = new Map(id === undefined ? [] : [[id, own] as const]);
    const stream: OpenStream = { endpoint: null, waiting };
    if (isStream) this.#streams.add(stream);
    outgoing.on("close", () => this.#streams.delete(stream));
    const zipped = fault?.kind === "compressed";
    const { "content-length": _length, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 200, {
      ...headers,
      ...typeOf(fault),
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    });
    outgoing.flushHeaders();
    const out = zipped ? zipInto(outgoing) : outgoing;
    const parsed = ReadableStream.from<string>(answer.setEncoding("utf8")).pipeThrough(
      new EventSourceParserStream(),
    );
    let events = 0;
    for await (const { id: eventId, event, data } of parsed) {
      if (event === "endpoint") stream.endpoint = new URL(data, "http://hub");
      const message = parse(data);
      const spoiling = (message?.id === undefined ? undefined : waiting.get(message.id)) ?? nothing;
      if (message?.id !== undefined && message.method === undefined) waiting.delete(message.id);
      // Of a stream that is cut the first event passes: over HTTP+SSE that is the endpoint's.
      const cut = isStream && fault?.kind === "truncated-stream" && ++events > 1;
      const name = event === undefined ? "" : `event: ${event}\n`;
      if (cut || spoiling.fault?.kind === "truncated-stream") {
        out.end(`${name}data: ${half(data)}`);
        answer.destroy();
        return;
      }
      const head = `${eventId === undefined ? "" : `id: ${eventId}\n`}${name}`;
      await write(out, `${head}${dataLines(spoilText(spoiling, data))}\n\n`);
    }
    out.end();
  }

  /** The stream over which a message is answered; null: its own answer is. */
  #streamOf({ url = "/" }: IncomingMessage): OpenStream | null {
    const asked = new URL(url, "http://hub").searchParams;
    if (asked.size === 0) return null;
    for (const stream of this.#streams) {
      const wanted = [...(stream.endpoint?.searchParams ?? [])];
      if (wanted.length > 0 && wanted.every(([name, value]) => asked.get(name) === value)) return stream;
    }
    return null;
  }
}

/** What the text of an answer becomes; any other text stays. */
function spoilText(spoiling: Spoiling, text: string): string {
  if (spoiling === nothing) return text;
  const answer = parse(text);
  if (answer === null || (answer.result === undefined && answer.error === undefined)) return text;
  if (spoiling.fault?.kind === "truncated-json") return half(text);
  return JSON.stringify(spoilAnswer(spoiling, answer));
}

const typeOf = (fault: Fault | null) =>
  fault?.kind === "wrong-content-type" ? { "content-type": "text/plain" } : {};

/** One message; null: none, or several. */
function parse(text: string): Message | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function sessionOf({ headers, url = "/" }: IncomingMessage): string | null {
  const named = headers["mcp-session-id"]?.toString();
  if (named !== undefined) return named;
  const { searchParams } = new URL(url, "http://hub");
  return [...searchParams].find(([name]) => /session/i.test(name))?.[1] ?? null;
}

function forgotten(outgoing: ServerResponse): void {
  outgoing.writeHead(404, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ ...error(undefined, -32_001, "Session not found"), id: null }));
}

const dataLines = (text: string) =>
  text
    .split("\n")
    .map((line) => `data: ${line}`)
    .join("\n");

/** A compressor whose output goes to the client; each event is there at once. */
function zipInto(outgoing: ServerResponse): Gzip {
  const zip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  zip.pipe(outgoing);
  outgoing.on("close", () => zip.destroy());
  return zip;
}

async function write(out: ServerResponse | Gzip, text: string): Promise<void> {
  if (!out.write(text)) await once(out, "drain");
}
