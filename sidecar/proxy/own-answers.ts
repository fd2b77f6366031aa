import type { IncomingMessage, ServerResponse } from "node:http";
import { header, notReadyWords } from "../../domain/telemetry.ts";
import { verifyFresh } from "../affinity/signature.ts";
import type { Task } from "../task.ts";
import { forBrowsers } from "./cors.ts";
import { type RefuseRoute, sessionNotFound } from "./decide-route.ts";

/**
 * Codes of JSON-RPC as official servers use them: the TypeScript SDK answers a session that it does not know with -32001, and some
 * clients take a 404 for the end of their session only when it comes with that.
 */
const sessionUnknown = -32_001;
const otherError = -32_000;

/** The task's own answer to a request that it turns away: a JSON-RPC error. */
export function refuse(task: Task, response: ServerResponse, route: RefuseRoute): void {
  const { status, text, headers } = route;
  countRefusal(task, response);
  const error = { code: route === sessionNotFound ? sessionUnknown : otherError, message: text };
  // Its own failure is none of its refusals: whoever probes the slot takes it for a fault.
  const more = status === 500 ? headers : [...refusal, ...headers];
  tellError(task, response, status, { error, id: null }, more);
}

/** The task's answer in the hub's place to a request whose session the hub no longer knows. */
export function replyLost(task: Task, response: ServerResponse): void {
  const { status, text } = sessionNotFound;
  const error = { code: sessionUnknown, message: text };
  tellError(task, response, status, { error, id: null });
}

/** The task's answer in the hub's place, a JSON-RPC error, to a request that reached the hub. */
export function reply(task: Task, response: ServerResponse, status: number, text: string): void {
  const error = { code: otherError, message: text };
  tellError(task, response, status, { error, id: null });
}

const refusal: readonly string[] = [header.refused, "sidecar"];

function countRefusal(task: Task, { req }: ServerResponse): void {
  if (!isProbe(task, req)) task.metrics.count("Refused");
}

/** A probe is refused to find out that it is: no user is. */
function isProbe({ config, now }: Task, { headers }: IncomingMessage): boolean {
  const proof = headers[header.probeProof];
  return typeof proof === "string" && verifyFresh(config.keys, "probe", proof, now());
}

/** The answer to a `requestState` that nobody can read any more, in official servers' words: the client begins its call anew. */
export function refuseState(task: Task, response: ServerResponse, id: string | number | null): void {
  const error = {
    code: -32_602,
    message: "Invalid or expired requestState",
    data: { reason: "invalid_request_state" },
  };
  countRefusal(task, response);
  tellError(task, response, 200, { error, id }, refusal);
}

/** The probe's answer: which slot, task and release the balancer chose. */
export function prove(task: Task, response: ServerResponse): void {
  const { slot, release } = task.config;
  tell(task, response, 200, { slot, task: task.home.task, release }, ["cache-control", "no-store"]);
}

/** An error that a page's client can read, whatever page it is of. */
function tellError(
  task: Task,
  response: ServerResponse,
  status: number,
  answer: { readonly error: object; readonly id: string | number | null },
  more: readonly string[] = [],
): void {
  tell(task, response, status, { jsonrpc: "2.0", ...answer }, [...forBrowsers(response.req), ...more]);
}

function tell(
  task: Task,
  response: ServerResponse,
  status: number,
  answer: unknown,
  more: readonly string[] = [],
): void {
  const body = JSON.stringify(answer);
  const length = String(Buffer.byteLength(body));
  const about = ["content-type", "application/json", "content-length", length];
  response.writeHead(status, [...task.marks, ...about, ...more]).end(body);
}

/**
 * The balancer's answer: healthy while the hub is, and while draining too, for open sessions need their task.
 * @param tellsWhy who asks may hear why it is not
 */
export function tellHealth(task: Task, response: ServerResponse, tellsWhy: boolean): void {
  void task.health.ask().then(({ ready, why }) => {
    if (response.destroyed) return;
    const status = ready ? "ready" : tellsWhy ? notReadyWords + why : "not ready";
    tell(task, response, ready ? 200 : 503, { status });
  });
}

/**
 * The answer of the health path to who may hear no more: whether the hub is up, under the status that it answered itself.
 * @param more further headers of it, names and values in turn
 */
export function tellPlainly(
  task: Task,
  response: ServerResponse,
  status: number,
  isUp: boolean,
  more: readonly string[] = [],
): void {
  const headers = ["cache-control", "no-store", ...more];
  if (status === 204 || status === 304) response.writeHead(status, [...task.marks, ...headers]).end();
  else tell(task, response, status, { status: isUp ? "up" : "down" }, headers);
}
