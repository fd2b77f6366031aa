import type { Message } from "./messages.ts";
import type { Metrics } from "./metrics.ts";
import type { AccessOutcome } from "./telemetry.ts";

type Id = string | number;

/** A request that waits for its answer. */
interface Waiting {
  readonly method: string;
  readonly tool: string | null;
  readonly since: number;
  readonly synthetic: boolean;
}

export interface AccessLine {
  readonly session: string;
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: AccessOutcome;
  readonly durationMs: number;
  /** HTTP status under which the answer came; null: none came. */
  readonly status: number | null;
  readonly synthetic: boolean;
}

/** What came for a request. */
interface Answer {
  readonly status: number | null;
  readonly message?: Message;
}
const noAnswer: Answer = { status: null };

export interface ObserverOptions {
  readonly metrics: Metrics;
  readonly tool: string;
  readonly llmFailurePatterns: readonly string[];
  readonly now: () => number;
  readonly log: (line: AccessLine) => void;
}

/** Most requests of one session that may wait at once; older ones are let go. */
const mostWaiting = 1_000;

/** Matches answers to requests by id, session by session. Never keeps prompts, arguments or results. */
export class Observer {
  readonly #options: ObserverOptions;
  /** By session and JSON-RPC id: the number 1 and the text "1" are two ids, and two keys. */
  readonly #sessions = new Map<string, Map<Id, Waiting>>();

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Messages from the client, that came at `since`, in milliseconds since 1970. */
  asked(
    session: string,
    messages: readonly Message[],
    synthetic: boolean,
    since = this.#options.now(),
  ): void {
    for (const { id, method, params } of messages) {
      if (method === undefined) continue;
      if (method === "notifications/cancelled") this.#end(session, params?.requestId, "cancelled", noAnswer);
      if (!isId(id)) continue;
      const waiting = this.#waiting(session);
      waiting.set(id, {
        method,
        tool: method === "tools/call" && typeof params?.name === "string" ? params.name : null,
        since,
        synthetic,
      });
      if (waiting.size > mostWaiting) waiting.delete(waiting.keys().next().value as Id);
    }
  }

  /** Messages from the hub. */
  answered(session: string, messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.method === "notifications/tools/list_changed")
        this.#options.metrics.count("ToolListChanges");
      if (message.method !== undefined || message.id === undefined || message.id === null) continue;
      this.#end(session, message.id, this.#outcomeOf(message), { status: 200, message });
    }
  }

  /** Whether a call of the session still waits for its answer. */
  busy(session: string): boolean {
    return (this.#sessions.get(session)?.size ?? 0) > 0;
  }

  /** The HTTP answer of a posted message says, by its status, that nothing will come. */
  refused(session: string, messages: readonly Message[], status: number): void {
    for (const { id } of messages) this.#end(session, id, "refused", { status });
  }

  /** The hub gave no answer, or broke it off: the client was told so by this status, or by the end of its connection (null). */
  lost(session: string, messages: readonly Message[], status: number | null): void {
    for (const { id } of messages) this.#end(session, id, "lost", { status });
  }

  /** A session's stream is gone: what still waited is lost, unless the client itself left. */
  closed(session: string, byClient: boolean): void {
    for (const id of this.#sessions.get(session)?.keys() ?? [])
      this.#endId(session, id, byClient ? "cancelled" : "lost", noAnswer);
    this.#sessions.delete(session);
  }

  #waiting(session: string): Map<Id, Waiting> {
    let waiting = this.#sessions.get(session);
    if (!waiting) this.#sessions.set(session, (waiting = new Map()));
    return waiting;
  }

  #end(session: string, id: unknown, outcome: AccessOutcome, answer: Answer): void {
    if (isId(id)) this.#endId(session, id, outcome, answer);
  }

  #endId(session: string, id: Id, outcome: AccessOutcome, { status, message }: Answer): void {
    const waiting = this.#sessions.get(session);
    const asked = waiting?.get(id);
    if (!waiting || !asked) return;
    waiting.delete(id);
    if (waiting.size === 0) this.#sessions.delete(session);
    const durationMs = this.#options.now() - asked.since;
    this.#options.log({
      session,
      method: asked.method,
      tool: asked.tool,
      outcome,
      durationMs,
      status,
      synthetic: asked.synthetic,
    });
    this.#measure(asked, outcome, durationMs, message);
  }

  #measure(asked: Waiting, outcome: AccessOutcome, durationMs: number, message: Message | undefined): void {
    const { metrics, tool } = this.#options;
    if (asked.synthetic) return metrics.count("SyntheticRequests");
    if (outcome === "cancelled") return;
    metrics.count("Requests");
    metrics.value("RequestLatency", durationMs);
    if (outcome === "ok") metrics.count("Successes");
    if (outcome === "protocol-error" || outcome === "refused") metrics.count("ProtocolErrors");
    if (outcome === "tool-error") metrics.count("ToolErrors");
    if (outcome === "llm-failure") metrics.count("LlmFailures");
    if (asked.tool === tool) {
      metrics.count("AnalysisCalls");
      metrics.value("AnalysisLatency", durationMs);
    }
    const used = tokensOf(message);
    if (used.input > 0) metrics.count("InputTokens", used.input);
    if (used.output > 0) metrics.count("OutputTokens", used.output);
  }

  #outcomeOf({ error, result }: Message): AccessOutcome {
    if (error !== undefined) return "protocol-error";
    if (result?.isError === true) return "tool-error";
    const text = textOf(result?.content);
    return this.#options.llmFailurePatterns.some((pattern) => text.includes(pattern)) ? "llm-failure" : "ok";
  }
}

const isId = (id: unknown): id is Id => typeof id === "string" || typeof id === "number";

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content
    .map((item: { text?: unknown }) => (typeof item?.text === "string" ? item.text : ""))
    .join("\n");
}

const inputNames = ["inputTokens", "input_tokens", "promptTokenCount", "prompt_tokens"];
const outputNames = ["outputTokens", "output_tokens", "candidatesTokenCount", "completion_tokens"];
const noTokens = { input: 0, output: 0 };

/** Token counts where the result carries them, in `_meta.usage` or `usage`, by the names providers use. */
function tokensOf(message: Message | undefined): { input: number; output: number } {
  const meta = message?.result?._meta as { usage?: unknown } | undefined;
  const usage = meta?.usage ?? message?.result?.usage;
  if (typeof usage !== "object" || usage === null) return noTokens;
  const first = (names: readonly string[]) => {
    const found = names
      .map((name) => (usage as Record<string, unknown>)[name])
      .find((value) => typeof value === "number");
    return typeof found === "number" ? found : 0;
  };
  return { input: first(inputNames), output: first(outputNames) };
}
