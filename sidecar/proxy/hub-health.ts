import { type IncomingMessage, request as httpRequest } from "node:http";
import { type Health, type HealthAnswer, beginningOf, judgeHealth } from "../../domain/health.ts";
import { notReadyWords } from "../../domain/telemetry.ts";
import type { SidecarConfig } from "../config.ts";
import type { HubHost } from "./hub-host.ts";

/** How long the hub has for its answer, in milliseconds: less than the balancer's own check. */
const answerMs = 4_000;
/** Most bytes of the health path's answer that are looked at. */
export const mostLookedAt = 1024 * 1024;
/** Most characters of it that are told. */
const mostTold = 200;

/** The hub's health, by its own health path, and by whether it takes requests under a Host that they have. Says so in the log each time that it changes. */
export class HubHealth {
  readonly #config: Pick<SidecarConfig, "hub" | "settings">;
  readonly #say: (text: string) => void;
  readonly #host: HubHost;
  /** What was said last. */
  #said = "";

  constructor(config: Pick<SidecarConfig, "hub" | "settings">, say: (text: string) => void, host: HubHost) {
    this.#config = config;
    this.#say = say;
    this.#host = host;
  }

  async ask(): Promise<Health> {
    const { settings } = this.#config;
    try {
      const answer = await this.#answer();
      const health = judgeHealth(answer, settings.ready ?? null);
      const way = health.ready ? await this.#host.look() : null;
      return way?.ready === false ? this.#tell(way, "") : this.#tell(health, answer.body);
    } catch (error) {
      const why = `it does not answer at ${settings.healthPath}: ${(error as Error).message}`;
      return this.#tell({ ready: false, why }, "");
    }
  }

  #tell(health: Health, body: string): Health {
    const said = health.ready ? "the hub is ready" : notReadyWords + health.why;
    if (said !== this.#said) {
      const began = health.ready ? "" : beginningOf(body, mostTold);
      this.#say(began === "" ? said : `${said}; its answer begins: ${began}`);
    }
    this.#said = said;
    return health;
  }

  async #answer(): Promise<HealthAnswer> {
    const answer = await this.#head();
    const { statusCode: status = 0, headers } = answer;
    return { status, contentType: headers["content-type"] ?? "", body: await bodyOf(answer) };
  }

  #head(): Promise<IncomingMessage> {
    const { hub, settings } = this.#config;
    return new Promise((resolve, reject) => {
      const asked = httpRequest({
        host: hub.host,
        port: hub.port,
        path: settings.healthPath,
        agent: false,
        headers: { "accept-encoding": "identity" },
        signal: AbortSignal.timeout(answerMs),
      });
      asked.on("response", resolve);
      asked.on("error", reject);
      asked.end();
    });
  }
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > mostLookedAt) break; // more than anybody says of a health: what came is judged
  }
  return Buffer.concat(parts).toString("utf8");
}
