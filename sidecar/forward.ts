import {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request as httpRequest,
} from "node:http";
import { refuse, refuseState } from "./answers.ts";
import { Body } from "./body.ts";
import { type Call, stateReplacement } from "./call.ts";
import { passStream } from "./event-stream.ts";
import { copyHeaders, requestHeaders } from "./headers.ts";
import { pass } from "./pass.ts";
import { pinSession } from "./pin.ts";
import { idOf } from "./messages.ts";
import type { Route } from "./route.ts";
import { StringAt } from "./string-at.ts";
import type { Task } from "./task.ts";
import { header } from "./telemetry.ts";

/** Sends a request to where its route leads, and the answer back. */
export function forward(task: Task, request: IncomingMessage, response: ServerResponse, route: Route): void {
  const { settings } = task.config;
  const watched = settings.observe && route.sister === null && request.method === "POST";
  let ended = false;
  task.inFlight++;
  const done = (): void => {
    if (!ended) task.inFlight--;
    ended = true;
  };
  const leave = route.sessionId === null ? null : task.sessions.enter(route.sessionId);
  const asked = watched ? new Body(settings.largestObserved) : null;
  const call: Call = { task, request, response, route, asked, since: task.now(), done };
  const upstream = httpRequest(
    {
      host: route.host,
      port: route.port,
      method: request.method,
      path: route.url,
      headers: requestHeaders(task, request, route),
      agent: task.agent,
    },
    (answer) => {
      // An address may belong to something else by now: only the task itself answers for its sessions.
      if (route.sister === null || answer.headers[header.task] === route.sister)
        return passAnswer(call, answer);
      answer.destroy();
      lose(call, upstream, "another task answers at its address");
    },
  );
  upstream.on("error", (error) => lose(call, upstream, error.message));
  response.on("close", () => {
    done();
    leave?.();
    if (!response.writableFinished) upstream.destroy();
  });
  sendBody(call, upstream);
}

/** The other side is gone. A sister that is gone took its sessions with it: a client that hears 404 begins anew. */
function lose({ task, request, response, route, done }: Call, upstream: ClientRequest, why: string): void {
  done();
  upstream.destroy();
  if (response.headersSent) return void response.destroy();
  if (response.writableEnded || response.destroyed) return;
  if (route.sister === null) return void refuse(response, 502, `The hub does not answer: ${why}`);
  task.say(`task ${route.sister} is gone: ${why}`);
  task.sisters.lost(route.sister);
  if (route.otherwise) return forward(task, request, response, route.otherwise);
  if (!route.returning) {
    response.setHeader("retry-after", "1");
    return void refuse(response, 503, "This task takes no new sessions");
  }
  if (route.stateless) return void refuseState(response, idOf(route.body));
  refuse(response, 404, "Session not found");
}

/** Tells once that the message is here, or will never be: from then on the stream's calls keep it open, or nothing does. */
function awaited({ streams }: Task, { overStream, session }: Route): () => void {
  let waits = overStream;
  return () => {
    if (waits && session !== null) streams.arrived(session);
    waits = false;
  };
}

function sendBody({ task, request, response, route, asked }: Call, upstream: ClientRequest): void {
  const { largestBody } = task.config.settings;
  const arrived = awaited(task, route);
  response.once("close", arrived);
  const all = (): void => {
    if (asked && route.session !== null)
      task.observer.asked(route.session, asked.messages(), route.synthetic);
    arrived();
    upstream.end();
  };
  if (route.body !== null) {
    asked?.push(route.body);
    upstream.write(route.body);
    return all();
  }
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    asked?.push(chunk);
    if (size > largestBody) {
      upstream.destroy();
      if (!response.headersSent) {
        response.shouldKeepAlive = false;
        refuse(response, 413, "Too large");
      }
      request.removeAllListeners("data").resume();
      return;
    }
    if (!upstream.write(chunk)) {
      request.pause();
      upstream.once("drain", () => request.resume());
    }
  });
  request.on("end", all);
  request.on("error", () => upstream.destroy());
}

function passAnswer(call: Call, answer: IncomingMessage): void {
  const { task, request, response, route, asked } = call;
  const { metrics, observer } = task;
  const status = answer.statusCode ?? 502;
  copyHeaders(answer, response, route.sister !== null);
  const opened = route.sister === null ? openedBy(call, answer) : null;
  if (opened === "other") {
    answer.destroy();
    response.removeHeader("mcp-session-id");
    response.removeHeader("content-length");
    refuse(response, 404, "Session not found");
    return call.done();
  }
  if (opened !== null && route.sessionId === null) {
    metrics.count("SessionsOpened");
    task.sessions.opened(opened);
  }
  const over = status === 404 || (request.method === "DELETE" && status < 300);
  if (over && route.sessionId !== null) task.sessions.closed(route.sessionId);
  const session = route.session ?? opened ?? (asked && exchange(call, answer));
  if (asked && session !== null && route.session === null)
    observer.asked(session, asked.messages(), route.synthetic, call.since);
  if (asked && session !== null && status >= 400) observer.refused(session, asked.messages());
  if (route.stateless && route.sister === null) response.removeHeader("content-length");
  response.writeHead(status);
  if ((answer.headers["content-type"] ?? "").startsWith("text/event-stream")) {
    response.flushHeaders();
    return passStream(call, answer, session);
  }
  passBody(call, answer, session);
}

let exchanges = 0;

/** A name for a request and its answer that belong to no session; forgotten when the answer ends. */
function exchange({ task, response }: Call, answer: IncomingMessage): string {
  const name = `exchange-${++exchanges}`;
  response.once("close", () => task.observer.closed(name, answer.errored === null));
  return name;
}

/** The session that an answer names, pinned on its way out. "other": a pinned request would have opened one. */
function openedBy({ task, response, route }: Call, answer: IncomingMessage): string | null {
  const { config, home } = task;
  const id = answer.headers["mcp-session-id"];
  if (!config.settings.pin || typeof id !== "string") return null;
  if (route.sessionId !== null && id !== route.sessionId) return "other";
  response.setHeader("mcp-session-id", pinSession(id, home, config.keys[0] as string));
  return id;
}

function passBody(call: Call, answer: IncomingMessage, session: string | null): void {
  const { task, request, response, route, done } = call;
  const { settings } = task.config;
  const watched = settings.observe && route.sister === null && session !== null;
  const body = watched ? new Body(settings.largestObserved) : null;
  const states = stateReplacement(call);
  const wrapper = states && new StringAt(states);
  answer.on("data", (chunk: Buffer) => {
    body?.push(chunk);
    pass(answer, response, wrapper ? wrapper.push(chunk) : chunk);
  });
  answer.on("end", () => {
    if (body && session !== null) task.observer.answered(session, body.messages());
    if (request.method === "DELETE" && session !== null && (answer.statusCode ?? 502) < 300)
      task.observer.closed(session, true);
    response.end(wrapper?.flush());
    done();
  });
  answer.on("error", () => response.destroy());
}
