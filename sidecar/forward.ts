import type { IncomingMessage, ServerResponse } from "node:http";
import type { Transform } from "node:stream";
import type { Client, Dispatcher } from "undici";
import { beginAnswer } from "./answer.ts";
import { refuse, refuseState } from "./answers.ts";
import { Call } from "./call.ts";
import { type AnswerHeaders, requestHeaders } from "./headers.ts";
import { idOf } from "./messages.ts";
import type { Coming, Passing } from "./passing.ts";
import type { Route } from "./route.ts";
import type { Task } from "./task.ts";
import { header } from "./telemetry.ts";
import { TooLarge, announcedLength, collect, smallBody, upload } from "./upload.ts";

/** Sends a request to where its route leads, and the answer back. */
export function forward(task: Task, request: IncomingMessage, response: ServerResponse, route: Route): void {
  if (response.destroyed) return; // the client left while its route was looked for
  new Forwarding(new Call(task, request, response, route)).begin();
}

/**
 * One request on its way to the other side and its answer on its way back. It is the client library's handler itself, one
 * object for a request: what is made for every request is most of what a proxy costs.
 */
class Forwarding implements Dispatcher.DispatchHandler {
  readonly #call: Call;
  #client: Client | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #upload: Transform | null = null;
  #passing: Passing | null = null;
  #coming: Coming = "more";
  /** The response has ended or the client has left: nothing more goes to it. */
  #closed = false;

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
    else this.#sendAsItComes();
  }

  #sendWhole(body: Buffer | null): void {
    if (body !== null) this.#call.asked?.push(body);
    this.#send(body);
  }

  #sendAsItComes(): void {
    const call = this.#call;
    this.#upload = upload(call.request, {
      largest: call.task.config.settings.largestBody,
      seen: (chunk) => call.asked?.push(chunk),
      whole: () => call.arrived(),
    });
    this.#send(this.#upload);
  }

  #send(body: Buffer | Transform | null): void {
    const { task, request, route } = this.#call;
    this.#client = task.connections.take(route);
    const headers = requestHeaders(task, request, route);
    const method = request.method as Dispatcher.HttpMethod;
    this.#client.dispatch({ path: route.url, method, headers, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It is written in this turn, which on a kept connection is not the turn of `dispatch`; what is whole is looked into
    // right after that, while the other side works on it.
    if (this.#upload === null) queueMicrotask(() => this.#call.arrived());
    if (this.#closed) controller.abort(new Error("the client left"));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    const { sister } = this.#call.route;
    // An address may belong to something else by now: only the task itself answers for its sessions.
    if (sister !== null && headers[header.task] !== sister)
      return controller.abort(new Error("another task answers at its address"));
    this.#passing = beginAnswer(this.#call, status, headers);
    if (this.#passing === null) controller.abort(new Error("the answer is of no use"));
    // They are parts of the chunk they came in, which an idle stream would keep as long as it is open.
    controller.rawHeaders = null;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#passing?.push(chunk) !== false) return;
    controller.pause();
    this.#call.response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    this.#leave("all");
    this.#passing?.end();
    this.#call.done();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#leave("failed");
    // What was here whole can fail at once, before it was looked into.
    if (this.#upload === null) this.#call.arrived();
    this.#call.done();
    const { response } = this.#call;
    if (this.#passing !== null) return void response.destroy();
    if (response.headersSent || response.writableEnded || response.destroyed) return;
    if (error instanceof TooLarge) {
      response.shouldKeepAlive = false;
      return void refuse(this.#call.task, response, 413, "Too large");
    }
    lose(this.#call, error.message);
  }

  /** Nothing more comes: the connection is free for the next request. */
  #leave(coming: Coming): void {
    this.#coming = coming;
    const { task, route } = this.#call;
    if (this.#client !== null) task.connections.give(route, this.#client);
    this.#client = null;
  }

  #close(): void {
    this.#closed = true;
    this.#call.closed(this.#coming);
    this.#passing?.closed(this.#coming);
    if (this.#coming !== "more") return;
    this.#upload?.destroy();
    this.#controller?.abort(new Error("the client left"));
  }
}

/** The other side is gone. A sister that is gone took its sessions with it: a client that hears 404 begins anew. */
function lose(call: Call, why: string): void {
  const { task, request, response, route } = call;
  if (route.sister === null) {
    call.lost(502);
    return void refuse(task, response, 502, `The hub does not answer: ${why}`);
  }
  task.say(`task ${route.sister} is gone: ${why}`);
  task.sisters.lost(route.sister);
  task.connections.forget(route);
  if (route.otherwise) return forward(task, request, response, route.otherwise);
  if (!route.returning)
    return void refuse(task, response, 503, "This task takes no new sessions", ["retry-after", "1"]);
  if (route.stateless) return void refuseState(task, response, idOf(route.body));
  refuse(task, response, 404, "Session not found");
}
