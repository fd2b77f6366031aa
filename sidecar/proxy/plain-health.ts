import { judgeHealth } from "../../domain/health.ts";
import { type AnswerHeaders, headerOf } from "../http/answer-head.ts";
import { encodingOf } from "../http/encoding.ts";
import type { PassOn } from "../http/pass-on.ts";
import type { Call } from "./call.ts";
import { mostLookedAt } from "./hub-health.ts";
import { tellPlainly } from "./own-answers.ts";

/** The hub's answer of its health path on its way to who may hear only whether it is up. */
export class PlainHealth implements PassOn {
  readonly #call: Call;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #parts: Buffer[] = [];
  #size = 0;

  constructor(call: Call, status: number, headers: AnswerHeaders) {
    this.#call = call;
    this.#status = status;
    this.#headers = headers;
  }

  push(part: Buffer): boolean {
    if (this.#size <= mostLookedAt) this.#parts.push(part);
    this.#size += part.length;
    return true;
  }

  end(): void {
    const { response, task } = this.#call;
    if (response.destroyed) return;
    const status = this.#status;
    const isEncoded = encodingOf(this.#headers) !== null;
    const body = isEncoded ? "" : Buffer.concat(this.#parts).toString("utf8");
    const contentType = headerOf(this.#headers, "content-type") ?? "";
    const { ready } = judgeHealth({ status, contentType, body }, task.config.settings.ready ?? null);
    tellPlainly(task, response, status, ready, forPages(this.#headers));
  }

  closed(): void {}
}

/** What the hub itself says of the pages that may read its health. */
function forPages(headers: AnswerHeaders): string[] {
  const list: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (name === "vary" || name.startsWith("access-control-")) list.push(name, headers[at + 1] as string);
  }
  return list;
}
