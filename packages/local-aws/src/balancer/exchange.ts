import {
  request as openRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import { answerError } from "./answers.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { IdleWatch } from "./idle-watch.ts";
import type { RegisteredTarget } from "./target.ts";
import type { AccessEntry, Ending } from "./types.ts";

/** What every exchange with a target on one listener shares; `port` is the listener's own, the limits are in milliseconds. */
export interface ExchangeSettings {
  clock: Clock;
  port: number;
  idleTimeoutMs: () => number;
  connectTimeoutMs: number;
  /** Told how long the target keeps idle connections, in milliseconds, when it says so. */
  onKeepAliveHint: (ms: number) => void;
}

/**
 * One request on its way to a target and the answer on its way back. Both bodies stream; the slower side sets the pace.
 * Nothing is ever sent twice: a request that a target may have seen is not repeated, as an ALB does not.
 */
export class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #target: RegisteredTarget;
  readonly #entry: AccessEntry;
  readonly #settings: ExchangeSettings;
  readonly #idle: IdleWatch;
  #upstream: ClientRequest | null = null;
  #incoming: IncomingMessage | null = null;
  #connectTimer: Timer = null;
  #sentAt = 0;
  /** waiting for the target's headers, passing its answer on, or ended by the balancer or the client. */
  #phase: "waiting" | "answering" | "ended" = "waiting";

  /** The entry is filled in while the exchange goes on; it is complete when the response closes. */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    target: RegisteredTarget,
    entry: AccessEntry,
    settings: ExchangeSettings,
  ) {
    this.#request = request;
    this.#response = response;
    this.#target = target;
    this.#entry = entry;
    this.#settings = settings;
    this.#idle = new IdleWatch(settings.clock, settings.idleTimeoutMs, () => this.#onIdle());
  }

  start(): void {
    this.#target.exchanges.add(this);
    this.#response.once("close", () => this.#onClientClose());
    this.#response.on("drain", () => this.#incoming?.resume());
    this.#request.on("error", () => {});
    try {
      this.#upstream = this.#open();
    } catch (error) {
      this.#answer(400, (error as Error).message);
      return;
    }
    this.#upstream.on("error", (error: NodeJS.ErrnoException) => this.#onTargetError(error));
    this.#upstream.on("response", (incoming: IncomingMessage) => this.#onResponse(incoming));
    this.#sendBody(this.#upstream);
  }

  /** Ends it from outside, with a 502 when there is no answer yet. */
  cut(ending: Ending, why: string): void {
    if (this.#phase === "waiting") {
      this.#entry.ending = ending;
      this.#fail(502, why);
    } else {
      this.#break(ending, why);
    }
  }

  #open(): ClientRequest {
    const { target, agent } = this.#target;
    const upstream = openRequest({
      host: target.id,
      port: target.port,
      agent,
      method: this.#request.method,
      path: this.#entry.path + this.#entry.query,
      headers: requestHeaders(this.#request, {
        clientAddress: this.#request.socket.remoteAddress ?? "127.0.0.1",
        port: this.#settings.port,
        traceId: this.#entry.traceId,
      }),
      maxHeaderSize: 65_536,
    });
    this.#sentAt = this.#settings.clock.now();
    upstream.once("socket", (socket: Socket) => {
      if (!socket.connecting) return;
      const { clock, connectTimeoutMs } = this.#settings;
      this.#connectTimer = clock.setTimeout(
        () => this.#fail(504, `connecting to ${describe(target)} took more than ${connectTimeoutMs} ms`),
        connectTimeoutMs,
      );
      socket.once("connect", () => clock.clearTimeout(this.#connectTimer));
    });
    return upstream;
  }

  #sendBody(upstream: ClientRequest): void {
    const { headers } = this.#request;
    if (headers["transfer-encoding"] === undefined && (headers["content-length"] ?? "0") === "0") {
      upstream.end();
      return;
    }
    this.#request.on("data", (chunk: Buffer) => {
      this.#entry.receivedBytes += chunk.length;
      this.#idle.touch();
      if (!upstream.write(chunk)) this.#request.pause();
    });
    upstream.on("drain", () => {
      this.#idle.touch();
      this.#request.resume();
    });
    this.#request.on("end", () => upstream.end());
  }

  #onResponse(incoming: IncomingMessage): void {
    if (this.#phase !== "waiting") return;
    const status = incoming.statusCode ?? 502;
    this.#incoming = incoming;
    this.#idle.touch();
    this.#entry.status = status;
    this.#entry.targetStatus = status;
    this.#entry.firstByteMs = this.#settings.clock.now() - this.#sentAt;
    const keepAlive = /timeout=(\d+)/.exec(String(incoming.headers["keep-alive"] ?? ""));
    if (keepAlive) this.#settings.onKeepAliveHint(Number(keepAlive[1]) * 1_000);
    try {
      this.#response.writeHead(status, incoming.statusMessage, responseHeaders(incoming));
    } catch (error) {
      this.#fail(502, `the target's headers cannot be passed on: ${(error as Error).message}`);
      return;
    }
    this.#phase = "answering";
    // A stream may stay silent after its headers: they go out by themselves unless a body chunk takes them along.
    setImmediate(() => {
      if (!this.#response.destroyed) this.#response.flushHeaders();
    });
    incoming.on("data", (chunk: Buffer) => {
      this.#entry.bytes += chunk.length;
      this.#idle.touch();
      if (!this.#response.write(chunk)) incoming.pause();
    });
    incoming.on("end", () => this.#response.end());
    incoming.on("error", () => this.#break("target-cut", "the target broke off its answer"));
  }

  #onTargetError(error: NodeJS.ErrnoException): void {
    if (this.#phase === "answering")
      this.#break("target-cut", `the target broke off its answer: ${error.message}`);
    else this.#fail(502, explainTargetError(error, describe(this.#target.target)));
  }

  #onIdle(): void {
    const limit = `${this.#settings.idleTimeoutMs()} ms`;
    if (this.#phase === "answering") this.#break("idle-timeout", `nothing was sent or received for ${limit}`);
    else if (!this.#request.complete) this.#answer(408, `the client sent nothing for ${limit}`);
    else this.#fail(504, `${describe(this.#target.target)} gave no answer for ${limit}`);
  }

  /** The balancer's own answer where the target's is missing. */
  #fail(status: 502 | 504, why: string): void {
    if (this.#phase !== "waiting") return;
    this.#entry.balancerStatus = status;
    this.#answer(status, why);
  }

  #answer(status: number, why: string): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "ended";
    this.#entry.status = status;
    this.#entry.why = why;
    this.#upstream?.destroy();
    if (!this.#request.complete) this.#response.shouldKeepAlive = false;
    answerError(this.#response, status);
  }

  /** Headers are out: the only way left to say that something is wrong is to close the connection. */
  #break(ending: Ending, why: string): void {
    if (this.#phase !== "answering") return;
    this.#phase = "ended";
    this.#entry.ending = ending;
    this.#entry.why = why;
    this.#response.destroy();
  }

  #onClientClose(): void {
    this.#phase = "ended";
    this.#idle.stop();
    this.#settings.clock.clearTimeout(this.#connectTimer);
    this.#target.exchanges.delete(this);
    if (!this.#response.writableFinished) this.#upstream?.destroy();
  }
}

function describe(target: { id: string; port: number }): string {
  return `${target.id}:${target.port}`;
}

function explainTargetError(error: NodeJS.ErrnoException, target: string): string {
  if (error.code === "ECONNREFUSED") return `${target} refused the connection`;
  if (error.code === "ECONNRESET" || error.code === "EPIPE")
    return `${target} closed the connection before it answered`;
  if (error.code?.startsWith("HPE_")) return `${target} sent a malformed answer: ${error.message}`;
  return `${target}: ${error.message}`;
}
