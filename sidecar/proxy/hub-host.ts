import { type IncomingMessage, request as httpRequest } from "node:http";
import { type Health, beginningOf } from "../../domain/health.ts";
import type { SidecarConfig } from "../config.ts";

/** How long the hub has for the head of its answer, in milliseconds; beside the health path's, less than the balancer's check. */
const answerMs = 2_000;
/** Most bytes of a refusal that are read, and most characters of it that are told. */
const mostRead = 4_096;
const mostTold = 200;

/**
 * Statuses by which servers refuse a Host: 403 (go-sdk 1.8.0, TypeScript's `createMcpExpressApp`), 421 (Python's mcp 2.3.0,
 * RFC 9110, section 15.5.20).
 */
const refusals: ReadonlySet<number> = new Set([403, 421]);

/** What the search for a Host needs. */
export interface HubHostOptions {
  readonly config: Pick<SidecarConfig, "hub" | "settings">;
  /** The hub takes nothing but its own address: from now on it is asked under it. */
  readonly onOwn: (ownHost: string) => void;
}

/**
 * Statuses of a server that has nothing to GET there. Its router says so before anything of it has looked at the Host: servers of
 * streamable HTTP without streams, which often guard the one route that they have (`app.post("/mcp", hostHeaderValidation(…), …)`).
 */
const nothingToGet: ReadonlySet<number> = new Set([404, 405]);

/** A call that every server of MCP answers at once, and none opens a session for. */
const ping = JSON.stringify({ jsonrpc: "2.0", id: "host", method: "ping" });

/**
 * The Host under which the hub takes requests. Asked once, before the hub counts as ready: a stream that the client ends at once,
 * whose Host a server looks at whatever it makes of it then; where there is nothing to GET, a ping.
 */
export class HubHost {
  readonly #options: HubHostOptions;
  #known: boolean;
  #looking: Promise<Health> | null = null;

  constructor(options: HubHostOptions) {
    this.#options = options;
    this.#known = options.config.settings.host !== "auto";
  }

  /** Whether a way is known; null: it is. Those who ask at the same time share one look. */
  look(): Promise<Health> | null {
    if (this.#known) return null;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<Health> {
    const { hub, settings } = this.#options.config;
    const { publicHost } = settings;
    const own = ownHostOf(hub);
    try {
      const asPublic = await this.#refusal(publicHost);
      const asOwn = asPublic === null ? null : await this.#refusal(own);
      if (asPublic !== null && asOwn !== null)
        return bothRefused(settings.mcpPath, publicHost, asPublic, own);
      this.#known = true;
      if (asPublic === null) return { ready: true, why: "it takes the public Host" };
      this.#options.onOwn(own);
      return { ready: true, why: `it refuses a public Host (${asPublic.words}) and takes its own address` };
    } catch (error) {
      return { ready: false, why: `it does not answer at ${settings.mcpPath}: ${(error as Error).message}` };
    }
  }

  /** What the hub refuses this Host with; null: it does not. One that says nothing in time has not refused. */
  async #refusal(host: string): Promise<Refusal | null> {
    const { hub, settings } = this.#options.config;
    const to = { ...hub, path: settings.mcpPath, hostHeader: host };
    const got = await headOf("GET", to);
    if (!nothingToGet.has(got?.statusCode ?? 0)) return refusalIn("GET", got);
    got?.destroy();
    return refusalIn("POST", await headOf("POST", to));
  }
}

/** How a hub refused a Host. */
interface Refusal {
  readonly method: Method;
  /** Its status, and the beginning of what it said. */
  readonly words: string;
}

async function refusalIn(method: Method, answer: IncomingMessage | null): Promise<Refusal | null> {
  if (answer === null) return null;
  const { statusCode = 0 } = answer;
  const said = refusals.has(statusCode) ? await beginning(answer) : null;
  answer.destroy();
  return said === null ? null : { method, words: `HTTP ${statusCode} ${said}`.trimEnd() };
}

/** The hub's own address as a Host. */
export const ownHostOf = ({ host, port }: SidecarConfig["hub"]): string => `${host}:${port}`;

function bothRefused(path: string, publicHost: string, { method, words }: Refusal, own: string): Health {
  return {
    ready: false,
    why:
      `it refuses ${method} ${path} under the Host ${publicHost} and under ${own} too: ${words}; if that is not about the Host, ` +
      "set hub.host in the stack config to public or to loopback",
  };
}

type Method = "GET" | "POST";

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly hostHeader: string;
}

/** Null: none came in time. */
function headOf(method: Method, { hostHeader, ...to }: Asked): Promise<IncomingMessage | null> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      ...to,
      method,
      agent: false,
      headers: { ...headersOf[method], host: hostHeader, "accept-encoding": "identity" },
    });
    asked.setTimeout(answerMs, () => {
      resolve(null);
      asked.destroy();
    });
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.end(method === "POST" ? ping : undefined);
  });
}

/** As clients of MCP ask: some servers look at these before they look at the Host. */
const headersOf = {
  GET: { accept: "text/event-stream" },
  POST: {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "content-length": Buffer.byteLength(ping),
  },
} as const;

async function beginning(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of answer as AsyncIterable<Buffer>) {
    text += part.toString("utf8");
    if (text.length >= mostRead) break;
  }
  return beginningOf(text, mostTold);
}
