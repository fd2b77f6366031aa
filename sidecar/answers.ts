import { type ServerResponse, request as httpRequest } from "node:http";
import type { Task } from "./task.ts";

/** Answers with a JSON-RPC error (or a status, at 200). Returns null: nothing is left to route. */
export function refuse(
  task: Task,
  response: ServerResponse,
  status: number,
  text: string,
  more: readonly string[] = [],
): null {
  const error = { jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null };
  return tell(task, response, status, status === 200 ? { status: text } : error, more);
}

/** Nobody can read this `requestState` any more: official servers say it so, and the client begins its call anew. */
export function refuseState(task: Task, response: ServerResponse, id: string | number | null): null {
  const error = {
    code: -32_602,
    message: "Invalid or expired requestState",
    data: { reason: "invalid_request_state" },
  };
  return tell(task, response, 200, { jsonrpc: "2.0", error, id });
}

/** The probe's answer: which slot, task and release the balancer chose. */
export function prove(task: Task, response: ServerResponse): null {
  const { slot, release } = task.config;
  return tell(task, response, 200, { slot, task: task.home.task, release }, ["cache-control", "no-store"]);
}

function tell(
  task: Task,
  response: ServerResponse,
  status: number,
  answer: unknown,
  more: readonly string[] = [],
): null {
  const body = JSON.stringify(answer);
  const length = String(Buffer.byteLength(body));
  const about = ["content-type", "application/json", "content-length", length];
  response.writeHead(status, [...task.marks, ...about, ...more]).end(body);
  return null;
}

/** Healthy while the hub is, and while draining too: open sessions need their task. */
export function tellHealth(task: Task, response: ServerResponse): null {
  const { hub, settings } = task.config;
  const asked = httpRequest(
    { host: hub.host, port: hub.port, path: settings.healthPath, agent: false, timeout: 4_000 },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const ready = answer.statusCode === 200 && isReady(Buffer.concat(chunks).toString("utf8"));
        refuse(task, response, ready ? 200 : 503, ready ? "ready" : "the hub is not ready");
      });
    },
  );
  asked.on("timeout", () => asked.destroy(new Error("timeout")));
  asked.on("error", () => refuse(task, response, 503, "the hub does not answer"));
  asked.end();
  return null;
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
