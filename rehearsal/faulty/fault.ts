import { z } from "zod";

/** What can be made wrong with any hub from outside, by rewriting what it answers. */
export const outsideFaults = z.strictObject({
  /** `tools/list` answers with no tool at all. */
  toolMissing: z.boolean().default(false),
  /** Share of tool calls whose result becomes a JSON-RPC error. */
  errorShare: z.number().min(0).max(1).default(0),
  /** Tool calls before the first of those errors: what few probes see is well. */
  errorAfter: z.int().min(0).default(0),
});
export type OutsideFaults = z.infer<typeof outsideFaults>;

interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly tools?: unknown; readonly content?: unknown };
}

/** Rewrites the messages of a hub as its faults want it. Counts calls over all sessions. */
export class Rewriter {
  readonly #faults: OutsideFaults;
  readonly #random: () => number;
  #calls = 0;

  constructor(faults: OutsideFaults, random: () => number) {
    this.#faults = faults;
    this.#random = random;
  }

  /** One JSON text, a message or a batch. What is no JSON comes back as it is. */
  rewrite(text: string): string {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return text;
    }
    const rewritten = Array.isArray(parsed) ? parsed.map((one) => this.#message(one)) : this.#message(parsed);
    return JSON.stringify(rewritten);
  }

  #message(message: unknown): unknown {
    const { id, result } = (message ?? {}) as Answer;
    if (id === undefined || typeof result !== "object" || result === null) return message;
    if (this.#faults.toolMissing && Array.isArray(result.tools))
      return { ...(message as object), result: { ...result, tools: [] } };
    if (!Array.isArray(result.content)) return message;
    this.#calls++;
    const fails = this.#calls > this.#faults.errorAfter && this.#random() < this.#faults.errorShare;
    return fails ? { jsonrpc: "2.0", id, error: { code: -32_603, message: "the tool failed" } } : message;
  }
}
