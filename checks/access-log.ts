import type { Colour } from "../rollout/policy/colour.ts";
import type { CheckContext } from "./check.ts";
import type { Outcome, Sample } from "./samples.ts";

/** How far back each look reaches again: log lines arrive seconds late. */
const overlapMs = 15_000;
const mostLines = 10_000;

/** Puts the users' answers of a slot into the book of samples, from the sidecar's access lines in the slot's log group. */
export class AccessLog {
  /** Why the last look failed; null: it worked. */
  failure: string | null = null;
  readonly #context: CheckContext;
  readonly #slot: Colour;
  readonly #group: string;
  readonly #seen = new Set<string>();
  #from: number;

  constructor(context: CheckContext, slot: Colour, group: string) {
    this.#context = context;
    this.#slot = slot;
    this.#group = group;
    this.#from = context.since;
  }

  async look(signal: AbortSignal): Promise<void> {
    const { sources, samples, now, since, hub } = this.#context;
    try {
      const to = now();
      const lines = await sources.logs.lines(
        { group: this.#group, from: this.#from, to, pattern: '{ $.type = "access" }', most: mostLines },
        signal,
      );
      for (const line of lines) {
        if (this.#seen.has(line.id)) continue;
        this.#seen.add(line.id);
        const sample = userSample(line.text, line.at, this.#slot, hub.tool);
        if (sample !== null && sample.at >= since) samples.add(sample);
      }
      const last = lines.length >= mostLines ? lines.at(-1)?.at : undefined;
      this.#from = last ?? Math.max(since, to - overlapMs);
      this.failure = null;
    } catch (error) {
      if (!signal.aborted) this.failure = (error as Error).message;
    }
  }
}

const outcomes: Record<string, Outcome | null> = {
  ok: "ok",
  "protocol-error": "error",
  "tool-error": "error",
  lost: "error",
  "llm-failure": "llm-failure",
  cancelled: null,
  refused: null,
};

/** The answer a line tells of; null for other lines, other slots, own probes, and requests that got no answer by the user's or the sidecar's will. */
export function userSample(text: string, at: number, slot: Colour, tool: string): Sample | null {
  const line = parsed(text);
  if (line?.["type"] !== "access" || line["slot"] !== slot || line["synthetic"] === true) return null;
  const outcome = outcomes[String(line["outcome"])] ?? null;
  const latencyMs = line["durationMs"];
  if (outcome === null || typeof latencyMs !== "number") return null;
  return { at, slot, outcome, latencyMs, analysis: line["tool"] === tool, from: "user" };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
