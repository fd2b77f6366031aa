import { findHealth } from "./find-health.ts";
import { findHost } from "./find-host.ts";
import { fitOf } from "./fit.ts";
import type { AskedHub } from "./flags.ts";
import type { Auth, Endpoint, Found, SessionTransport } from "./found.ts";
import type { Knock } from "./knock.ts";
import { whyNoEndpoint, whyNot } from "./reasons.ts";
import { type SearchOptions, type Searched, search } from "./search.ts";
import { tryTools } from "./try-tools.ts";

/** How long a hub may take to open a session, in milliseconds: some start a process for each. */
const usualPatienceMs = 10_000;

/** What of the command line is about the hub. */
export type Question = Pick<AskedHub, "url" | "token" | "tool" | "toolArguments">;

/** Finds out about a hub what a rehearsal and a stack must know of it. Never rejects for what a hub does. */
export async function examine(question: Question, patienceMs = usualPatienceMs): Promise<Found> {
  const { origin, pathname } = new URL(question.url);
  const prefix = pathname.replace(/\/+$/, "");
  const { searched, auth } = await enter({ origin, prefix, patienceMs, token: question.token });
  const { endpoints } = searched;
  const unreachable = unreachableIn(searched);
  const none = { endpoint: null, host: null, health: null, tools: null, call: null, fit: null };
  const about = { ...none, url: question.url, unreachable, endpoints, auth };
  if (unreachable !== null) return { ...about, reasons: [] };
  const health = await findHealth(origin, prefix, pathsOf(endpoints));
  const endpoint = endpoints.find(opensSessions) ?? null;
  if (endpoint === null) return { ...about, health, reasons: [whyNoEndpoint(searched, auth)] };
  const { path, transport } = endpoint;
  const door = { origin, path, transport };
  const token = auth === null ? null : question.token;
  const host = await findHost(door, token, patienceMs);
  const { tools, call, reason } = await tryTools(door, question, token, patienceMs);
  const found = { ...about, endpoint, host, health, tools, call };
  const reasons = whyNot({ auth, health }, reason);
  if (reasons.length > 0 || call === null || health.path === null) return { ...found, reasons };
  const fit = fitOf({ url: question.url, endpoint, host, healthPath: health.path, call });
  return "problems" in fit ? { ...found, reasons: fit.problems } : { ...found, reasons, fit };
}

/** Searches without a token, as a rehearsal's clients come; with the person's where the hub asked for one. */
async function enter(options: SearchOptions): Promise<{ searched: Searched; auth: Auth | null }> {
  const open = await search({ ...options, token: null });
  const refusal = open.endpoints.length > 0 ? null : refusalIn(open.closed);
  if (refusal === null) return { searched: open, auth: null };
  if (options.token === null) return { searched: open, auth: { ...refusal, tokenTaken: null } };
  const searched = await search(options);
  return { searched, auth: { ...refusal, tokenTaken: searched.endpoints.length > 0 } };
}

/** Who came without a token was turned away: an answer that says so. Null: none does. */
function refusalIn(closed: readonly Knock[]): Omit<Auth, "tokenTaken"> | null {
  const heads = closed.flatMap((knock) => knock.heads);
  const refusal = heads.find(
    ({ status, challenge }) => status === 401 || (status === 403 && challenge !== ""),
  );
  return refusal === undefined
    ? null
    : { path: refusal.path, status: refusal.status, challenge: refusal.challenge };
}

/** Why nothing answered anywhere; null: something did. */
function unreachableIn({ endpoints, closed }: Searched): string | null {
  if (endpoints.length > 0 || closed.some(({ heads }) => heads.length > 0)) return null;
  const refused = closed.find(({ unreachable }) => unreachable !== null);
  return refused?.unreachable ?? closed[0]?.why ?? "nothing was asked";
}

function opensSessions(endpoint: Endpoint): endpoint is Endpoint<SessionTransport> {
  return endpoint.transport !== "stateless";
}

/** Paths that MCP has. */
function pathsOf(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  return new Set(endpoints.flatMap(({ path, messagePath }) => [path, messagePath ?? path]));
}
