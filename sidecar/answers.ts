import { type ServerResponse, request as httpRequest } from "node:http";
import type { Task } from "./task.ts";

/** Answers with a JSON-RPC error (or a status, at 200). Returns null: nothing is left to route. */
export function refuse(response: ServerResponse, status: number, text: string): null {
  const body = JSON.stringify(
    status === 200 ? { status: text } : { jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null },
  );
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body);
  return null;
}

/** Nobody can read this `requestState` any more: official servers say it so, and the client begins its call anew. */
export function refuseState(response: ServerResponse, id: string | number | null): null {
  const error = {
    code: -32_602,
    message: "Invalid or expired requestState",
    data: { reason: "invalid_request_state" },
  };
  response.setHeader("content-type", "application/json");
  response.writeHead(200).end(JSON.stringify({ jsonrpc: "2.0", error, id }));
  return null;
}

/** The probe's answer: which slot, task and release the balancer chose. */
export function prove(task: Task, response: ServerResponse): null {
  const { slot, release } = task.config;
  const body = JSON.stringify({ slot, task: task.home.task, release });
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(body);
  return null;
}

/** Healthy while the hub is, and while draining too: open sessions need their task. */
export function tellHealth({ config, agent }: Task, response: ServerResponse): null {
  const { hub, settings } = config;
  const asked = httpRequest(
    { host: hub.host, port: hub.port, path: settings.healthPath, agent, timeout: 4_000 },
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
