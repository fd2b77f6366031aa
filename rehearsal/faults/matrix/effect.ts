import type { Ending, RpcAnswer } from "../../../domain/outcome.ts";
import { type Fault, type Transport, slowMs } from "../cells.ts";

/** What a fault makes of one request, in the words of the sidecar that sees it. */
export interface Effect {
  /** How the request ends; null: nobody ever answers, and it ends when its client gives up or its time is over. */
  readonly ending: Ending | null;
  /** How much later than a good answer this end comes, in milliseconds. */
  readonly laterMs: number;
  /** What ends together with it. */
  readonly endsToo: "nothing" | "session" | "process";
  /** Of a stream that opened and is over at once: how it ended. */
  readonly streamEnd: Ending | null;
  /** Its user is worse off for it. */
  readonly hurts: boolean;
}

/** What was asked, as far as an answer to it depends on that. */
export interface Question {
  readonly method: string;
  readonly tool: string | null;
  readonly analysis: boolean;
}

/** How a request ends that wants no answer. */
export const taken: Ending = { kind: "taken" };
const cutOff: Ending = { kind: "no-answer", what: "cut off" };

/** The answer of a release without faults. */
export function goodEnding({ method, analysis }: Question): Ending {
  if (method.includes("/open") || method.startsWith("notifications/") || method === "session/delete")
    return taken;
  if (method === "prompts/list") return answered({ error: { code: -32_601 } });
  return answered({ result: analysis ? analysisResult : goodResult(method) });
}

const analysisResult = textResult({ categories: ["github"] });

function goodResult(method: string): Record<string, unknown> {
  if (method === "initialize") return { protocolVersion: "2025-11-25", capabilities: { tools: {} } };
  if (method === "tools/list") return { tools: [{ name: "one" }] };
  return method === "tools/call" ? textResult({ found: 1 }) : {};
}

function textResult(value: object): Record<string, unknown> {
  return { content: [{ type: "text", text: JSON.stringify(value) }] };
}

const answered = (answer: RpcAnswer, status = 200): Ending => ({ kind: "answer", answer, status });
const status = (code: number): Ending => ({ kind: "status", status: code, sessionOpen: true });
const noAnswer = (what: string): Ending => ({ kind: "no-answer", what });

const ends = (ending: Ending | null, over: Partial<Effect> = {}): Effect => ({
  ending,
  laterMs: 0,
  endsToo: "nothing",
  streamEnd: null,
  hurts: true,
  ...over,
});

/**
 * What the fault does to a request that it struck, as the sidecar would book it: over HTTP+SSE the answer comes in the session's
 * stream, and what cannot be read there answers nothing; over the other two it is the HTTP answer itself.
 */
export function effectOf(
  { kind, where, ms }: Pick<Fault, "kind" | "where" | "ms">,
  transport: Transport,
  asked: Question,
): Effect {
  const overStream = transport === "sse" && where !== "stream";
  switch (kind) {
    case "status-4xx":
      return ends(status(422));
    case "status-5xx":
      return ends(status(500));
    case "hang":
      return ends(null);
    case "slow":
      return ends(goodEnding(asked), { laterMs: ms ?? slowMs });
    case "reset":
      return ends(noAnswer("connection reset"));
    case "truncated-json":
      return ends(overStream ? null : noAnswer("malformed answer"));
    case "truncated-stream":
      if (where === "stream") return ends(taken, { streamEnd: noAnswer("stream cut off") });
      return ends(cutOff, overStream ? { endsToo: "session" } : {});
    case "wrong-content-type":
      return wrongContentType(where, transport);
    case "html-page":
      // A POST of HTTP+SSE that is answered by a page was taken, for all that anybody can tell: its answer never comes.
      return ends(overStream ? null : noAnswer("text/html"));
    case "rpc-error":
      return ends(answered({ error: { code: -32_603 } }));
    case "is-error":
      return ends(answered({ result: { ...textResult({ message: "the tool failed" }), isError: true } }));
    case "empty-result":
      return ends(answered({ result: asked.tool === null ? {} : { content: [] } }));
    case "llm-failure":
      return ends(answered({ result: textResult({ error: "LLM-based prompt analysis not available" }) }));
    case "tool-gone":
      return ends(
        answered(where === "tools/list" ? { result: { tools: [] } } : { error: { code: -32_602 } }),
      );
    case "session-forgotten":
      return ends(status(404), { endsToo: "session" });
    case "initialize-fails":
      return ends(answered({ error: { code: -32_603 } }, 500));
    case "stream-fails":
      return ends(taken, { streamEnd: { kind: "empty-stream" } });
    case "out-of-memory":
      return ends(noAnswer("connection reset"), { endsToo: "process" });
    case "compressed":
      return ends(where === "stream" ? taken : { kind: "unseen" }, { hurts: false });
    default:
      return kind satisfies never;
  }
}

/** A stream of another type is no stream to the sidecar, which waits for its end; a client of HTTP+SSE leaves at once. */
function wrongContentType(where: Fault["where"], transport: Transport): Effect {
  if (where !== "stream") return ends(noAnswer("text/plain"));
  return ends(transport === "sse" ? { kind: "withdrawn" } : null);
}
