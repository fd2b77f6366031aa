import { type IncomingMessage, type ServerResponse, request as httpRequest } from "node:http";
import { refuse } from "./answers.ts";
import { Body } from "./body.ts";
import { passStream } from "./event-stream.ts";
import { copyHeaders, requestHeaders } from "./headers.ts";
import { pass } from "./pass.ts";
import { pinSession } from "./pin.ts";
import type { Route } from "./route.ts";
import type { Task } from "./task.ts";

/** Sends a request to where its route leads, and the answer back. */
export function forward(task: Task, request: IncomingMessage, response: ServerResponse, route: Route): void {
  const { settings } = task.config;
  const observed =
    settings.observe && !route.sister && request.method === "POST"
      ? new Body(settings.largestObserved)
      : null;
  let ended = false;
  task.inFlight++;
  const done = (): void => {
    if (!ended) task.inFlight--;
    ended = true;
  };
  const upstream = httpRequest(
    {
      host: route.host,
      port: route.port,
      method: request.method,
      path: route.url,
      headers: requestHeaders(task, request, route),
      agent: task.agent,
    },
    (answer) => passAnswer(task, request, response, answer, route, observed, done),
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
      task.observer.asked(route.session, observed.messages(), route.synthetic);
    upstream.end();
  });
  request.on("error", () => upstream.destroy());
}

function passAnswer(
  task: Task,
  request: IncomingMessage,
  response: ServerResponse,
  answer: IncomingMessage,
  route: Route,
  observed: Body | null,
  done: () => void,
): void {
  const { config, home, metrics, observer } = task;
  const { settings, keys } = config;
  const status = answer.statusCode ?? 502;
  const isStream = (answer.headers["content-type"] ?? "").startsWith("text/event-stream");
  let session = route.session;
  const opened = answer.headers["mcp-session-id"];
  copyHeaders(answer, response, route.sister);
  if (!route.sister && settings.pin && typeof opened === "string") {
    response.setHeader("mcp-session-id", pinSession(opened, home, keys[0] as string));
    session ??= opened;
    if (route.sessionId === null) metrics.count("SessionsOpened");
  }
  if (observed && session !== null && route.session === null)
    observer.asked(session, observed.messages(), route.synthetic);
  if (observed && session !== null && status >= 400) observer.refused(session, observed.messages());
  response.writeHead(status);
  if (isStream) {
    response.flushHeaders();
    if (request.method === "GET") done();
    return passStream(task, request, response, answer, route, session);
  }
  const body =
    settings.observe && !route.sister && session !== null ? new Body(settings.largestObserved) : null;
  answer.on("data", (chunk: Buffer) => {
    body?.push(chunk);
    pass(answer, response, chunk);
  });
  answer.on("end", () => {
    if (body && session !== null) observer.answered(session, body.messages());
    if (request.method === "DELETE" && session !== null && status < 300) observer.closed(session, true);
    response.end();
    done();
  });
  answer.on("error", () => response.destroy());
}
