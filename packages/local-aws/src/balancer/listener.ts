import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../clock.ts";
import { answerError, answerFixed, answerRedirect, rawError, requestTarget } from "./answers.ts";
import type { RequestFacts } from "./conditions.ts";
import { Exchange } from "./exchange.ts";
import type { Group } from "./group.ts";
import { rename, wantsWebSocket } from "./headers.ts";
import { Routes, chooseGroup } from "./routes.ts";
import type { AccessEntry, ForwardAction, Listener } from "./types.ts";

/** What a listener works with, and whom it tells; `connectTimeoutMs` is for connecting to a target. */
export interface ListenerSettings {
  clock: Clock;
  random: () => number;
  connectTimeoutMs: number;
  /** Null: requests keep the Host that they came with. */
  publicName: string | null;
  groupOf: (arn: string) => Group | undefined;
  onAccess: (entry: AccessEntry) => void;
  onKeepAliveHint: (group: string, hintMs: number, idleTimeoutMs: number) => void;
}

/** A port, its rules, and what becomes of each request. */
export class ListenerServer {
  readonly #settings: ListenerSettings;
  readonly #server: Server;
  readonly #arn: string;
  readonly #pending = new Set<Timer>();
  #routes: Routes;
  #takesEffectAt = 0;
  #idleTimeoutMs: number;
  #port = 0;
  #traces = 0;
  #closing = false;

  constructor(listener: Listener, settings: ListenerSettings) {
    this.#settings = settings;
    this.#arn = listener.arn;
    this.#routes = new Routes(listener.rules, listener.defaultAction);
    this.#idleTimeoutMs = listener.attributes.idleTimeoutMs;
    this.#server = createServer({
      maxHeaderSize: 65_536,
      requireHostHeader: false,
      requestTimeout: 0,
      keepAliveTimeout: this.#idleTimeoutMs,
    });
    this.#server.on("request", (request, response) => this.#onRequest(request, response));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#onUnreadable(error, socket),
    );
    this.#server.on("connect", (request: IncomingMessage, socket: Duplex) => {
      this.#logUnreadable(400, `${request.method} is not a request for a target`);
      socket.end(rawError(400));
    });
  }

  /** Resolves with the port; rejects with code EADDRINUSE when it is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", 1_024, () => {
        this.#server.off("error", reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve(this.#port);
      });
    });
  }

  /** Attributes hold at once; rules after the delay, never overtaking an earlier change. */
  update(listener: Listener, delayMs: number): void {
    const routes = new Routes(listener.rules, listener.defaultAction);
    this.#idleTimeoutMs = listener.attributes.idleTimeoutMs;
    this.#server.keepAliveTimeout = this.#idleTimeoutMs;
    const { clock } = this.#settings;
    this.#takesEffectAt = Math.max(this.#takesEffectAt, clock.now() + delayMs);
    const left = this.#takesEffectAt - clock.now();
    if (left <= 0) {
      this.#routes = routes;
      return;
    }
    const timer = clock.setTimeout(() => {
      this.#pending.delete(timer);
      this.#routes = routes;
    }, left);
    this.#pending.add(timer);
  }

  close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#pending) this.#settings.clock.clearTimeout(timer);
    this.#pending.clear();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const entry = this.#newEntry(request);
    if (this.#settings.publicName !== null) rename(request, this.#settings.publicName);
    this.#handle(entry, request, response);
    response.once("close", () => {
      if (!response.writableFinished && entry.ending === "complete")
        entry.ending = this.#closing ? "closed" : "client-left";
      this.#log(entry);
    });
  }

  #handle(entry: AccessEntry, request: IncomingMessage, response: ServerResponse): void {
    const target = requestTarget(request);
    if (!target || (request.httpVersion === "1.1" && request.headers.host === undefined)) {
      refuse(entry, response, 400, "the request has no usable path or no Host header");
      return;
    }
    entry.path = target.path;
    entry.query = target.query;
    if (request.method === "TRACE") {
      refuse(entry, response, 405, "TRACE is not passed on");
      return;
    }
    if (wantsWebSocket(request)) {
      refuse(entry, response, 501, "The local balancer passes on HTTP only, no WebSocket upgrades.");
      return;
    }
    this.#route(entry, request, response);
  }

  #route(entry: AccessEntry, request: IncomingMessage, response: ServerResponse): void {
    const facts: RequestFacts = {
      method: entry.method,
      path: entry.path,
      query: entry.query,
      headers: request.headers,
      clientAddress: request.socket.remoteAddress ?? "127.0.0.1",
    };
    const { rule, action } = this.#routes.find(facts);
    entry.rule = rule;
    switch (action.type) {
      case "forward":
        this.#forward(entry, action, request, response);
        break;
      case "fixed-response":
        entry.status = action.status;
        answerFixed(response, action);
        break;
      case "redirect":
        entry.status = action.status;
        answerRedirect(response, action, facts, this.#port);
        break;
      default:
        throw new Error(`unknown action ${JSON.stringify(action satisfies never)}`);
    }
  }

  #forward(
    entry: AccessEntry,
    action: ForwardAction,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const arn = chooseGroup(action, () => (entry.draw = this.#settings.random()));
    const chosen = arn === null ? null : this.#settings.groupOf(arn)?.choose();
    entry.group = arn;
    if (arn === null || !chosen) {
      entry.balancerStatus = 503;
      refuse(entry, response, 503, "no target is registered in the chosen target group");
      return;
    }
    entry.target = chosen.target.target;
    if (chosen.failOpen) entry.failOpen = true;
    new Exchange(request, response, chosen.target, entry, {
      clock: this.#settings.clock,
      port: this.#port,
      idleTimeoutMs: () => this.#idleTimeoutMs,
      connectTimeoutMs: this.#settings.connectTimeoutMs,
      onKeepAliveHint: (ms) => this.#settings.onKeepAliveHint(arn, ms, this.#idleTimeoutMs),
    }).start();
  }

  #newEntry(request: IncomingMessage | null): AccessEntry {
    const at = this.#settings.clock.now();
    const trace = request?.headers["x-amzn-trace-id"];
    return {
      at,
      listener: this.#arn,
      rule: "-",
      group: null,
      draw: null,
      target: null,
      method: request?.method ?? "-",
      path: request?.url ?? "-",
      query: "",
      status: 460,
      targetStatus: null,
      ending: "complete",
      firstByteMs: null,
      durationMs: 0,
      bytes: 0,
      receivedBytes: 0,
      traceId: typeof trace === "string" ? trace : this.#nextTrace(at),
    };
  }

  #nextTrace(at: number): string {
    const seconds = Math.floor(at / 1_000)
      .toString(16)
      .padStart(8, "0");
    return `Root=1-${seconds}-${(++this.#traces).toString(16).padStart(24, "0")}`;
  }

  #log(entry: AccessEntry): void {
    entry.durationMs = this.#settings.clock.now() - entry.at;
    this.#settings.onAccess(entry);
  }

  /** What arrived is no HTTP. A client that merely went away gets and leaves no answer. */
  #onUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
    const gone = error.code === "ECONNRESET" || error.code === "EPIPE" || !socket.writable;
    const busy = (socket as Socket & { _httpMessage?: unknown })._httpMessage;
    if (gone || busy) {
      socket.destroy();
      return;
    }
    const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    this.#logUnreadable(status, error.message);
    socket.end(rawError(status));
  }

  #logUnreadable(status: number, why: string): void {
    const entry = this.#newEntry(null);
    entry.status = status;
    entry.why = why;
    this.#log(entry);
  }
}

function refuse(entry: AccessEntry, response: ServerResponse, status: number, why: string): void {
  entry.status = status;
  entry.why = why;
  answerError(response, status, status === 501 ? why : undefined);
}
