import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { Peers } from "./affinity/peers.ts";
import { PinReader } from "./affinity/pin.ts";
import type { SidecarConfig } from "./config.ts";
import { Drain } from "./drain/drain.ts";
import type { ReadFlag } from "./drain/flag.ts";
import { Protection } from "./drain/protection.ts";
import { Sessions } from "./drain/sessions.ts";
import { Streams, graceMs, sliceMs } from "./drain/streams.ts";
import type { HeaderList } from "./http/answer-head.ts";
import { Connections } from "./http/connections.ts";
import { AccessLog } from "./observe/access-log.ts";
import type { WriteLine } from "./observe/line-buffer.ts";
import { Metrics } from "./observe/metrics.ts";
import { type Ended, Observer } from "./observe/observer.ts";
import { refusal } from "./proxy/decide-route.ts";
import { EncodedAnswers } from "./proxy/encoded-answers.ts";
import { marksOf, withheldHeaders } from "./proxy/header-rules.ts";
import { HubHealth } from "./proxy/hub-health.ts";
import { HubHost, ownHostOf } from "./proxy/hub-host.ts";
import { refuse } from "./proxy/own-answers.ts";
import { serve } from "./proxy/serve.ts";
import type { Task } from "./task.ts";

/** The options of a sidecar. */
export interface SidecarOptions {
  readonly config: SidecarConfig;
  readonly readFlag: ReadFlag;
  readonly now: () => number;
  /** Takes lines for standard output: JSON, one each. */
  readonly write: WriteLine;
  /** This task's address as peer tasks reach it, `host:port`; known once it listens. */
  readonly address: (port: number) => string;
}

const wrongExpectation = refusal(417, "Expectation failed", ["connection", "close"]);
const noHost = refusal(400, "A request needs a host", ["connection", "close"]);
const failed = refusal(500, "The sidecar failed");

/** The proxy in front of one hub task. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #server: Server;
  readonly #task: Task;
  readonly #protection: Protection;
  readonly #timers: NodeJS.Timeout[] = [];
  /** From the first request on: it needs this task's address. */
  #log: AccessLog | null = null;

  constructor(options: SidecarOptions) {
    const { config, now, readFlag } = options;
    this.#options = options;
    const { sessionIdleMs, pin } = config.settings;
    const say = this.#say;
    const metrics = new Metrics(config.namespace, config.slot, now);
    const observer = new Observer({
      metrics,
      contract: config.settings,
      now,
      log: this.#ended,
      knowsSessions: pin,
    });
    const sessions = new Sessions({
      now,
      idleMs: sessionIdleMs,
      onGone: (session, drained) => observer.closed(session, { kind: drained ? "drained" : "withdrawn" }),
    });
    const streams = new Streams(sessions);
    metrics.gauge("OpenSessions", () => streams.sessions);
    this.#task = {
      config,
      now,
      say,
      home: { slot: "", task: "" },
      marks: [],
      withheld: withheldHeaders(config),
      ownHost: null,
      inFlight: 0,
      holding: { held: 0 },
      peers: new Peers(now),
      connections: new Connections(now),
      pins: new PinReader(config.keys),
      sessions,
      streams,
      metrics,
      drain: new Drain({ readFlag, now, log: say }),
      observer,
      encoded: new EncodedAnswers(say),
      health: new HubHealth(config, say, new HubHost({ config, onOwn: this.#askUnder })),
    };
    if (config.settings.host === "loopback") this.#askUnder(ownHostOf(config.hub));
    this.#protection = new Protection({ agentUri: config.agentUri, now, log: say });
    this.#server = createServer(
      {
        maxHeaderSize: 16_384,
        headersTimeout: Math.min(config.settings.headersMs, config.settings.requestMs),
        requestTimeout: config.settings.requestMs,
        keepAliveTimeout: 125_000,
        // Refused below, in the sidecar's own words.
        requireHostHeader: false,
        connectionsCheckingInterval: Math.min(5_000, config.settings.headersMs),
      },
      (request, response) => this.#serve(request, response),
    );
    this.#server.on("checkExpectation", (_request, response: ServerResponse) => {
      refuse(this.#task, response, wrongExpectation);
    });
    this.#server.on("clientError", (_error, socket) => {
      if (!socket.writable) return;
      metrics.count("Refused");
      socket.end(badRequest(this.#task.marks));
    });
  }

  /** What is open here now. */
  get open(): { readonly sessions: number; readonly calls: number } {
    return { sessions: this.#task.streams.sessions, calls: this.#task.inFlight };
  }

  /** Listens and begins to look at the drain flag. Returns the port. */
  async start(): Promise<number> {
    const { config } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(config.listen.port, config.listen.host, resolve);
    });
    const { port } = this.#server.address() as { port: number };
    this.#task.home = { slot: config.slot, task: this.#options.address(port) };
    this.#task.marks = marksOf(config, this.#task.home);
    this.#log = new AccessLog(
      this.#options.write,
      this.#options.now,
      {
        slot: config.slot,
        task: this.#task.home.task,
        release: config.release,
      },
      { tool: config.settings.tool },
    );
    const { flagMs, metricsMs, heartbeatMs } = config.settings;
    this.#every(flagMs, () => void this.#task.drain.look());
    this.#every(metricsMs, () => this.#report());
    this.#every(Math.min(heartbeatMs, 5_000), () =>
      this.#task.streams.beat(this.#options.now(), heartbeatMs),
    );
    this.#every(sliceMs, () => this.#pace());
    this.#every(1_000, () => this.#task.connections.sweep());
    this.#every(1_000, () => this.#lookAtWaiting());
    this.#every(2_000, () => this.#protect());
    return port;
  }

  /**
   * SIGTERM: no new sessions, calls in flight end, streams close evenly, then the server. Resolves when nothing is open. A
   * session without a stream can't be told, and nobody knows whether its client is still there: it does not keep the task.
   */
  async stop(): Promise<void> {
    const { config, now } = this.#options;
    const deadline = now() + config.settings.stopMs;
    this.#task.drain.stop(deadline);
    while ((this.#task.streams.size > 0 || this.#task.inFlight > 0) && now() < deadline + graceMs + 1_000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await this.#protection.update(false);
    await this.close();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    // What is open ends here and now: it is told of before the last report.
    this.#task.streams.closing();
    this.#task.observer.drained();
    this.#lookAtWaiting();
    this.#report();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    this.#task.connections.close();
    await closed;
  }

  readonly #say = (text: string): void => {
    this.#options.write(
      JSON.stringify({ type: "sidecar", text, timestamp: new Date(this.#options.now()).toISOString() }),
    );
  };

  readonly #ended = (ended: Ended): void => this.#log?.ended(ended);

  /** From now on the hub is asked under its own address. */
  readonly #askUnder = (ownHost: string): void => {
    this.#task.ownHost = ownHost;
    this.#task.withheld = withheldHeaders(this.#options.config, true);
    this.#say(
      `the hub is asked under its own address, ${ownHost}; the client's Host goes on as X-Forwarded-Host`,
    );
  };

  /** Each second: gives up on what waits too long, and tells of what still waits, and of what ended and has no line. */
  #lookAtWaiting(): void {
    const { observer } = this.#task;
    observer.giveUp();
    this.#log?.open(observer.stillOpen(this.#log.mostOpen));
    this.#log?.second();
    observer.every = this.#log?.every ?? 1;
  }

  #every(ms: number, run: () => void): void {
    this.#timers.push(setInterval(run, ms));
  }

  #report(): void {
    if (!this.#options.config.settings.observe) return;
    for (const line of this.#task.metrics.report()) this.#options.write(line);
  }

  #protect(): void {
    const { drain, streams } = this.#task;
    void this.#protection.update(streams.sessions > 0 && drain.mayProtect);
  }

  /** Closes streams evenly while draining. */
  #pace(): void {
    const { config, drain, peers, streams, observer, now } = this.#task;
    const ending = drain.endNow(peers.latestBut(config.release) !== null);
    streams.closeSome(now(), ending, (session) => observer.busy(session));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.host === undefined && request.httpVersion === "1.1")
      return refuse(this.#task, response, noHost);
    try {
      serve(this.#task, request, response)?.catch((error: Error) => this.#fail(response, error));
    } catch (error) {
      this.#fail(response, error as Error);
    }
  }

  #fail(response: ServerResponse, error: Error): void {
    this.#task.say(`a request failed: ${error.message}`);
    if (!response.headersSent) refuse(this.#task, response, failed);
  }
}

/** The answer to what is no HTTP, by hand: there is no request to answer. */
function badRequest(marks: HeaderList): string {
  const lines = ["HTTP/1.1 400 Bad Request", "connection: close", "content-length: 0"];
  for (let at = 0; at < marks.length; at += 2) lines.push(`${String(marks[at])}: ${String(marks[at + 1])}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
