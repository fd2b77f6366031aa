import type { IncomingMessage, ServerResponse } from "node:http";
import type { Transform } from "node:stream";
import { header } from "../../domain/telemetry.ts";
import { type AnswerHeaders, headerOf } from "../http/answer-head.ts";
import type { Asker, Connection } from "../http/connection.ts";
import type { BodyState, PassOn } from "../http/pass-on.ts";
import { idOf } from "../mcp/messages.ts";
import type { Task } from "../task.ts";
import { beginAnswer } from "./answer.ts";
import { Call } from "./call.ts";
import { causeOf } from "./cause.ts";
import { forBrowsers } from "./cors.ts";
import { type OnwardRoute, noNewSessions, sessionNotFound, tooLarge } from "./decide-route.ts";
import { type BodyLength, requestHead } from "./headers.ts";
import { refuse, refuseState, reply, tellPlainly } from "./own-answers.ts";
import { TooLarge, announcedLength, collect, smallBody, upload } from "./upload.ts";

/** Sends a request to where its route leads, and the answer back. */
export function forward(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  route: OnwardRoute,
): void {
  if (response.destroyed) return; // the client left while its route was looked for
  new Forwarding(new Call(task, request, response, route)).begin();
}

/** One request on its way to the other side and its answer on its way back. */
class Forwarding implements Asker {
  readonly #call: Call;
  #connection: Connection | null = null;
  #upload: Transform | null = null;
  #passOn: PassOn | null = null;
  #coming: BodyState = "more";
  /** The client is slow, and the other side waits for it. */
  #waits = false;

  constructor(call: Call) {
    this.#call = call;
  }

  begin(): void {
    const { request, response, route } = this.#call;
    response.once("close", () => this.#close());
    if (route.body !== null) return this.#sendWhole(route.body);
    const length = announcedLength(request);
    if (length === 0) this.#sendWhole(null);
    else if (length <= smallBody) collect(request, (body) => this.#sendWhole(body));
    else this.#sendAsItComes(length);
  }

  #sendWhole(body: Buffer | null): void {
    const { asked, request } = this.#call;
    // What is sent in one write with its head is a string for that, and is read from it too; of a larger one a copy costs more.
    const bytes = body !== null && body.length <= smallBody ? body.toString("latin1") : null;
    if (body !== null) asked?.push(body);
    if (bytes !== null) asked?.asLatin1(bytes);
    this.#send(bytes ?? body, body === null && request.method !== "POST" ? null : (body?.length ?? 0));
    // What is only watched comes after what somebody waits for: it is looked into while the other side works.
    this.#call.arrived();
  }

  #sendAsItComes(length: number): void {
    const call = this.#call;
    this.#upload = upload(call.request, {
      largest: call.task.config.settings.largestBody,
      seen: (chunk) => call.asked?.push(chunk),
      whole: () => call.arrived(),
    });
    this.#send(this.#upload, length === Infinity ? "chunked" : length);
  }

  #send(body: string | Buffer | Transform | null, length: BodyLength): void {
    const { task, request, response, route } = this.#call;
    if (response.destroyed) return; // the client left while its body was collected
    try {
      const head = requestHead(task, request, route, length);
      this.#connection = task.connections.take(route);
      this.#connection.send({ head, body, chunked: length === "chunked" }, this);
    } catch (error) {
      setImmediate(() => this.fail(error as Error));
    }
  }

  head(status: number, headers: AnswerHeaders): void {
    const { route } = this.#call;
    // An address may belong to something else by now: only the task itself answers for its sessions.
    if (route.kind === "peer" && headerOf(headers, header.task) !== route.peer)
      return this.#giveUp(new Error("another task answers at its address"));
    if (route.kind === "peer")
      this.#call.task.peers.answered(route.peer, headerOf(headers, header.release) ?? "");
    this.#passOn = beginAnswer(this.#call, status, headers);
    if (this.#passOn === null) this.#giveUp(new Error("the answer is of no use"));
  }

  data(part: Buffer): boolean {
    if (this.#passOn?.push(part) !== false) return true;
    if (!this.#waits) this.#call.response.once("drain", () => this.#goOn());
    this.#waits = true;
    return false;
  }

  end(): void {
    const { task, route } = this.#call;
    this.#coming = "all";
    if (this.#connection !== null) task.connections.give(route, this.#connection);
    this.#connection = null;
    this.#upload?.destroy();
    this.#passOn?.end();
    this.#call.done();
  }

  fail(error: Error): void {
    this.#coming = "failed";
    this.#connection = null;
    this.#upload?.destroy();
    this.#call.done();
    const { response } = this.#call;
    if (this.#passOn !== null) return void response.destroy();
    if (response.headersSent || response.writableEnded || response.destroyed) return;
    if (error instanceof TooLarge) {
      response.shouldKeepAlive = false;
      return refuse(this.#call.task, response, tooLarge);
    }
    lose(this.#call, error);
  }

  #goOn(): void {
    this.#waits = false;
    this.#connection?.resume();
  }

  /** What comes is not wanted. */
  #giveUp(why: Error): void {
    this.#connection?.end();
    this.fail(why);
  }

  #close(): void {
    this.#passOn?.closed(this.#coming);
    this.#call.closed();
    if (this.#coming !== "more") return;
    this.#upload?.destroy();
    this.#connection?.end();
  }
}

/** The other side is gone. A peer that is gone took its sessions with it: a client that hears 404 begins anew. */
function lose(call: Call, error: Error): void {
  const { task, request, response, route } = call;
  const why = error.message;
  if (route.kind === "forward") {
    if (route.by === "plain health") return tellPlainly(task, response, 502, false, forBrowsers(request));
    reply(task, response, 502, `The hub does not answer: ${why}`);
    call.arrived();
    return call.exchange?.lost(causeOf(error), 502);
  }
  task.say(`task ${route.peer} is gone: ${why}`);
  task.peers.lost(route.peer);
  task.connections.forget(route);
  if (route.otherwise) return forward(task, request, response, route.otherwise);
  if (route.by === "drain") refuse(task, response, noNewSessions);
  else if (route.by === "state") refuseState(task, response, idOf(route.body));
  else refuse(task, response, sessionNotFound);
}
