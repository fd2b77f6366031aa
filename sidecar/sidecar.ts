import {
  Agent,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from "node:http";
import type { SidecarConfig } from "./config.ts";
import { Drain } from "./drain.ts";
import { EndpointRewriter } from "./endpoint-event.ts";
import type { ReadFlag } from "./flag.ts";
import { EventData, type Message, messagesIn } from "./messages.ts";
import { Metrics } from "./metrics.ts";
import { type AccessLine, Observer } from "./observer.ts";
import { type Home, type Pinned, pinSession, pinUrl, readSessionPin, readUrlPin } from "./pin.ts";
import { Protection } from "./protection.ts";
import { isToken, signFresh, verifyFresh } from "./signature.ts";
import { type Stream, Streams, sliceMs } from "./streams.ts";
import { header, healthPath, proofPath } from "./telemetry.ts";

/** A request of a sister task: it goes no further than here. */
const hopHeader = "x-hub-hop";
const methods: readonly string[] = ["GET", "POST", "DELETE", "OPTIONS"];
/** Headers about one connection only (RFC 9110, section 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

export interface SidecarOptions {
  readonly config: SidecarConfig;
  readonly readFlag: ReadFlag;
  readonly now: () => number;
  /** Takes lines for standard output: JSON, one each. */
  readonly write: (line: string) => void;
  /** This task's address as sister tasks reach it, `host:port`; known once it listens. */
  readonly address: (port: number) => string;
}

/** Where a request goes and what is known of it. */
interface Route {
  readonly host: string;
  readonly port: number;
  /** Path and query there. */
  readonly url: string;
  readonly session: string | null;
  /** The hub's own session id, to be put in place of the pinned one. */
  readonly sessionId: string | null;
  readonly sister: boolean;
  readonly synthetic: boolean;
}

/** The proxy in front of one hub task. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 });
  readonly #streams = new Streams();
  readonly #drain: Drain;
  readonly #metrics: Metrics;
  readonly #observer: Observer;
  readonly #protection: Protection;
  readonly #timers: NodeJS.Timeout[] = [];
  #home: Home = { slot: "", task: "" };
  #inFlight = 0;

  constructor(options: SidecarOptions) {
    const { config, now } = options;
    this.#options = options;
    this.#metrics = new Metrics(config.slot, now);
    this.#metrics.gauge("OpenSessions", () => this.#streams.size);
    this.#drain = new Drain({ readFlag: options.readFlag, now, log: this.#say });
    this.#protection = new Protection({ agentUri: config.agentUri, now, log: this.#say });
    this.#observer = new Observer({
      metrics: this.#metrics,
      tool: config.settings.tool,
      llmFailurePatterns: config.settings.llmFailurePatterns,
      now,
      log: this.#access,
    });
    this.#server = createServer(
      {
        maxHeaderSize: 16_384,
        headersTimeout: 10_000,
        requestTimeout: 0,
        keepAliveTimeout: 125_000,
        connectionsCheckingInterval: 5_000,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    });
  }

  /** Listens and begins to look at the drain flag. Returns the port. */
  async start(): Promise<number> {
    const { config } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(config.listen.port, config.listen.host, resolve);
    });
    const { port } = this.#server.address() as { port: number };
    this.#home = { slot: config.slot, task: this.#options.address(port) };
    const { flagMs, metricsMs, heartbeatMs } = config.settings;
    this.#every(flagMs, () => void this.#drain.look());
    this.#every(metricsMs, () => this.#report());
    this.#every(Math.min(heartbeatMs, 5_000), () => this.#streams.beat(this.#options.now(), heartbeatMs));
    this.#every(sliceMs, () => this.#pace());
    this.#every(2_000, () => void this.#protection.update(this.#streams.size > 0));
    return port;
  }

  /** SIGTERM: no new sessions, calls in flight end, streams close evenly, then the server. Resolves when nothing is open. */
  async stop(): Promise<void> {
    const { config, now } = this.#options;
    const deadline = now() + config.settings.stopMs;
    this.#drain.stop(deadline);
    while ((this.#streams.size > 0 || this.#inFlight > 0) && now() < deadline + 1_000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await this.#protection.update(false);
    await this.close();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#report();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  readonly #say = (text: string): void => {
    this.#options.write(
      JSON.stringify({ type: "sidecar", text, timestamp: new Date(this.#options.now()).toISOString() }),
    );
  };

  readonly #access = (line: AccessLine): void => {
    const { config, now, write } = this.#options;
    const { session, method, tool, outcome, durationMs, synthetic } = line;
    const about = {
      slot: config.slot,
      task: this.#home.task,
      release: config.release,
      session,
      method,
      tool,
      outcome,
      durationMs,
      status: 200,
      synthetic,
    };
    write(JSON.stringify({ type: "access", timestamp: new Date(now()).toISOString(), ...about }));
  };

  #every(ms: number, run: () => void): void {
    this.#timers.push(setInterval(run, ms));
  }

  #report(): void {
    if (!this.#options.config.settings.observe) return;
    for (const line of this.#metrics.report()) this.#options.write(line);
  }

  /** Closes streams evenly while draining. */
  #pace(): void {
    const { deadline } = this.#drain;
    if (deadline !== null)
      this.#streams.closeSome(deadline - this.#options.now(), (session) => this.#observer.busy(session));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { config } = this.#options;
    response.setHeader(header.slot, config.slot);
    response.setHeader(header.task, this.#home.task);
    response.setHeader(header.release, config.release);
    try {
      const route = await this.#route(request, response);
      if (route) this.#forward(request, response, route);
      else request.resume();
    } catch (error) {
      this.#say(`a request failed: ${(error as Error).message}`);
      if (!response.headersSent) refuse(response, 500, "The sidecar failed");
    }
  }

  /** Decides where a request goes; null when it was answered here. */
  async #route(request: IncomingMessage, response: ServerResponse): Promise<Route | null> {
    const { config, now } = this.#options;
    const { settings, keys, hub } = config;
    const url = request.url ?? "/";
    const path = url.split("?")[0] as string;
    if (!methods.includes(request.method ?? "")) return refuse(response, 405, "Method not allowed");
    if (path === proofPath) return this.#prove(response);
    if (path === healthPath) return this.#health(response);
    const allowed = [settings.mcpPath, settings.messagePath, settings.healthPath];
    if (!allowed.includes(path)) return refuse(response, 404, "Not found");
    if (Number(request.headers["content-length"] ?? 0) > settings.largestBody)
      return refuse(response, 413, "Too large");
    const probing = verifyFresh(keys, "probe", String(request.headers[header.probeProof] ?? ""), now());
    const synthetic = probing && request.headers[header.synthetic] !== undefined;
    const toHub = {
      host: hub.host,
      port: hub.port,
      url,
      session: null,
      sessionId: null,
      sister: false,
      synthetic,
    };
    if (path === settings.healthPath)
      return request.method === "GET" ? toHub : refuse(response, 405, "Method not allowed");
    if (!this.#authorized(request)) {
      response.setHeader("www-authenticate", "Bearer");
      return refuse(response, 401, "A bearer token is needed");
    }
    const pinned = this.#pinOf(request, url);
    if (pinned === "forged") return refuse(response, 404, "Session not found");
    if (pinned) return this.#pinnedRoute(request, response, pinned, toHub);
    if (request.headers[header.probeSlot] !== undefined && !probing)
      return refuse(response, 403, "A probe must be signed");
    if (await this.#drain.refuses()) {
      response.setHeader("retry-after", "1");
      return refuse(response, 503, "This task takes no new sessions");
    }
    return toHub;
  }

  #pinOf(request: IncomingMessage, url: string): Pinned | "forged" | null {
    const { config } = this.#options;
    if (!config.settings.pin) return null;
    const id = request.headers["mcp-session-id"];
    return id === undefined ? readUrlPin(url, config.keys) : readSessionPin(String(id), config.keys);
  }

  /** A session of this task goes to the hub, one of a sister task to its sidecar, once. */
  #pinnedRoute(
    request: IncomingMessage,
    response: ServerResponse,
    pinned: Pinned,
    toHub: Route,
  ): Route | null {
    const { config, now } = this.#options;
    const bySession = request.headers["mcp-session-id"] !== undefined;
    if (pinned.slot !== config.slot) return refuse(response, 404, "Session not found");
    if (pinned.task === this.#home.task) {
      const session = bySession ? pinned.own : sessionOf(pinned.own);
      return bySession
        ? { ...toHub, session, sessionId: pinned.own }
        : { ...toHub, url: pinned.own, session };
    }
    const hop = request.headers[hopHeader];
    if (hop !== undefined && verifyFresh(config.keys, "hop", String(hop), now()))
      return refuse(response, 404, "Session not found");
    const at = pinned.task.lastIndexOf(":");
    return {
      ...toHub,
      host: pinned.task.slice(0, at),
      port: Number(pinned.task.slice(at + 1)),
      sister: true,
    };
  }

  #authorized({ headers }: IncomingMessage): boolean {
    const { tokens } = this.#options.config;
    if (tokens.length === 0) return true;
    const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
    return scheme.toLowerCase() === "bearer" && isToken(tokens, token);
  }

  #prove(response: ServerResponse): null {
    const { slot, release } = this.#options.config;
    const body = JSON.stringify({ slot, task: this.#home.task, release });
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(body);
    return null;
  }

  /** Healthy while the hub is, and while draining too: open sessions need their task. */
  #health(response: ServerResponse): null {
    const { hub, settings } = this.#options.config;
    const asked = httpRequest(
      { host: hub.host, port: hub.port, path: settings.healthPath, agent: this.#agent, timeout: 4_000 },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const ready = answer.statusCode === 200 && isReady(Buffer.concat(chunks).toString("utf8"));
          refuse(response, ready ? 200 : 503, ready ? "ready" : "the hub is not ready");
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("timeout")));
    asked.on("error", () => refuse(response, 503, "the hub does not answer"));
    asked.end();
    return null;
  }

  #forward(request: IncomingMessage, response: ServerResponse, route: Route): void {
    const { config } = this.#options;
    const { settings } = config;
    const observed =
      settings.observe && !route.sister && request.method === "POST"
        ? new Body(settings.largestObserved)
        : null;
    let ended = false;
    this.#inFlight++;
    const done = (): void => {
      if (!ended) this.#inFlight--;
      ended = true;
    };
    const upstream = httpRequest(
      {
        host: route.host,
        port: route.port,
        method: request.method,
        path: route.url,
        headers: this.#headers(request, route),
        agent: this.#agent,
      },
      (answer) => this.#answer(request, response, answer, route, observed, done),
    );
    upstream.on("error", (error) => {
      done();
      if (response.headersSent) {
        response.destroy();
        return;
      }
      // A sister that is gone took its sessions with it: a client that hears 404 begins anew.
      if (route.sister) refuse(response, 404, "Session not found");
      else refuse(response, 502, `The hub does not answer: ${error.message}`);
    });
    response.on("close", () => {
      done();
      if (!response.writableFinished) upstream.destroy();
    });
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      observed?.push(chunk);
      if (size > settings.largestBody) {
        upstream.destroy();
        if (!response.headersSent) refuse(response, 413, "Too large");
        request.destroy();
        return;
      }
      if (!upstream.write(chunk)) {
        request.pause();
        upstream.once("drain", () => request.resume());
      }
    });
    request.on("end", () => {
      if (observed && route.session !== null)
        this.#observer.asked(route.session, observed.messages(), route.synthetic);
      upstream.end();
    });
    request.on("error", () => upstream.destroy());
  }

  #headers(request: IncomingMessage, route: Route): Record<string, string | string[]> {
    const { config, now } = this.#options;
    const named = (request.headers.connection ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim());
    const drop = new Set([...hopByHop, ...named, header.slot, header.task, header.release, hopHeader]);
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined && !drop.has(name)) headers[name] = value;
    if (request.headers["transfer-encoding"] !== undefined) delete headers["content-length"];
    if (route.sister) headers[hopHeader] = signFresh(config.keys[0] as string, "hop", now());
    else for (const name of [header.probeSlot, header.probeProof, header.synthetic]) delete headers[name];
    if (route.sessionId !== null) headers["mcp-session-id"] = route.sessionId;
    return headers;
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    answer: IncomingMessage,
    route: Route,
    observed: Body | null,
    done: () => void,
  ): void {
    const { config } = this.#options;
    const { settings, keys } = config;
    const status = answer.statusCode ?? 502;
    const isStream = (answer.headers["content-type"] ?? "").startsWith("text/event-stream");
    let session = route.session;
    const opened = answer.headers["mcp-session-id"];
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined && !hopByHop.includes(name) && (!route.sister || !name.startsWith("x-hub-")))
        response.setHeader(name, value);
    if (route.sister)
      for (const name of [header.slot, header.task, header.release])
        if (answer.headers[name] !== undefined) response.setHeader(name, answer.headers[name]);
    if (!route.sister && settings.pin && typeof opened === "string") {
      response.setHeader("mcp-session-id", pinSession(opened, this.#home, keys[0] as string));
      session ??= opened;
      if (route.sessionId === null) this.#metrics.count("SessionsOpened");
    }
    if (observed && session !== null && route.session === null)
      this.#observer.asked(session, observed.messages(), route.synthetic);
    if (observed && session !== null && status >= 400) this.#observer.refused(session, observed.messages());
    response.writeHead(status);
    if (isStream) {
      response.flushHeaders();
      if (request.method === "GET") done();
      return this.#stream(request, response, answer, route, session);
    }
    const body =
      settings.observe && !route.sister && session !== null ? new Body(settings.largestObserved) : null;
    answer.on("data", (chunk: Buffer) => {
      body?.push(chunk);
      pass(answer, response, chunk);
    });
    answer.on("end", () => {
      if (body && session !== null) this.#observer.answered(session, body.messages());
      if (request.method === "DELETE" && session !== null && status < 300)
        this.#observer.closed(session, true);
      response.end();
      done();
    });
    answer.on("error", () => response.destroy());
  }

  /** An event stream: its endpoint pinned, its messages watched, its silence filled. */
  #stream(
    request: IncomingMessage,
    response: ServerResponse,
    answer: IncomingMessage,
    route: Route,
    known: string | null,
  ): void {
    const { config, now } = this.#options;
    const { settings, keys } = config;
    let session = known;
    const isSession = request.method === "GET" && !route.sister;
    const stream: Stream = { session: session ?? "", response, between: true, lastSentAt: now() };
    const opens = isSession && session === null && settings.pin;
    const rewriter = opens
      ? new EndpointRewriter((url) => {
          session = sessionOf(url);
          stream.session = session;
          this.#metrics.count("SessionsOpened");
          return pinUrl(url, this.#home, keys[0] as string);
        })
      : null;
    const data =
      settings.observe && !route.sister
        ? new EventData(settings.largestObserved, (text) => {
            if (session !== null) this.#observer.answered(session, messagesIn(text));
          })
        : null;
    if (isSession) this.#streams.add(stream);
    const send = (bytes: Buffer): void => {
      if (bytes.length === 0) return;
      stream.between = endsEvent(bytes);
      stream.lastSentAt = now();
      pass(answer, response, bytes);
    };
    answer.on("data", (chunk: Buffer) => {
      send(rewriter ? rewriter.push(chunk) : chunk);
      data?.push(chunk);
    });
    answer.on("end", () => {
      if (rewriter) send(rewriter.flush());
      response.end();
    });
    answer.on("error", () => response.destroy());
    response.on("close", () => {
      this.#streams.delete(stream);
      // Streamable HTTP keeps its session when a stream ends; an SSE session is its stream.
      if (opens && session !== null) this.#observer.closed(session, !answer.complete);
      answer.destroy();
    });
  }
}

/** Bytes of a message up to a limit; beyond it the message passes unseen. */
class Body {
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #messages: Message[] | null = null;

  constructor(largest: number) {
    this.#largest = largest;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#largest) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  messages(): Message[] {
    if (this.#size > this.#largest) return [];
    const text = Buffer.concat(this.#chunks).toString("utf8");
    this.#messages ??=
      /^(data|event|id|:)/m.test(text) && !text.trimStart().startsWith("{") ? [] : messagesIn(text);
    return this.#messages;
  }
}

/** With back-pressure: the sender waits while the receiver is slow. */
function pass(from: IncomingMessage, to: ServerResponse, bytes: Buffer): void {
  if (to.write(bytes)) return;
  from.pause();
  to.once("drain", () => from.resume());
}

function endsEvent(bytes: Buffer): boolean {
  const tail = bytes.subarray(-4).toString("latin1");
  return tail.endsWith("\n\n") || tail.endsWith("\r\n\r\n") || tail.endsWith("\r\r");
}

/** The hub's own name of a session, in a message URL: its `sessionId`, or all of the URL. */
function sessionOf(url: string): string {
  const query = url.split("?")[1] ?? "";
  return new URLSearchParams(query).get("sessionId") ?? url;
}

/** JSON with a state of `ready`, or without any state; a web page is no health. */
function isReady(text: string): boolean {
  try {
    const body = JSON.parse(text) as { status?: unknown; state?: unknown };
    return body.state === undefined
      ? body.status === undefined || body.status === "ok"
      : body.state === "ready";
  } catch {
    return false;
  }
}

function refuse(response: ServerResponse, status: number, text: string): null {
  const body = JSON.stringify(
    status === 200 ? { status: text } : { jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null },
  );
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body);
  return null;
}
