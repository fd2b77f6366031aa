import { judgeAnalysis } from "../checks/probing/analysis.ts";
import { causeText } from "../checks/sources/causes.ts";
import { hubDefaults } from "../domain/hub.ts";
import { type Callable, chooseTools } from "./choose-tools.ts";
import type { AskedHub } from "./flags.ts";
import type { Door, SessionTransport, ToolCall } from "./found.ts";
import { Listener } from "./listener.ts";
import { type Session, openSession } from "./session.ts";

/** The tools of a hub, and what a call of one came to. */
export interface Tried {
  /** Null: it did not say. */
  readonly tools: readonly string[] | null;
  /** Null: none was called. */
  readonly call: ToolCall | null;
  /** Why no tool can be called, a sentence; null: one can. */
  readonly reason: string | null;
}

/**
 * Lists the hub's tools and calls one as the gates would. Never rejects.
 * @param token bearer token; null: none
 */
export async function tryTools(
  door: Door<SessionTransport>,
  asked: Pick<AskedHub, "tool" | "toolArguments">,
  token: string | null,
  patienceMs: number,
): Promise<Tried> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    await using session = await openSession(door, new Listener({ token, host: null }), signal);
    const tools = await session.listTools(signal);
    const names = tools.map(({ name }) => name);
    const choice = chooseTools(tools, asked);
    if (typeof choice === "string") return { tools: names, call: null, reason: choice };
    const call = await callFirst(session, choice);
    return { tools: names, call, reason: call.works ? null : failed(call) };
  } catch (error) {
    return { tools: null, call: null, reason: `its tools can't be listed: ${causeText(error)}` };
  }
}

const failed = ({ tool, toolArguments, why }: ToolCall): string =>
  `a call of ${tool} with ${JSON.stringify(toolArguments)} came to nothing (${why}): name another with --tool NAME ` +
  "--tool-arguments JSON";

/** The first call that works, or the first of all. */
async function callFirst(session: Session, tools: readonly Callable[]): Promise<ToolCall> {
  let first: ToolCall | null = null;
  for (const tool of tools) {
    const call = await callOne(session, tool);
    if (call.works) return call;
    first ??= call;
  }
  if (first === null) throw new Error("there is no tool to call");
  return first;
}

async function callOne(session: Session, { tool, toolArguments }: Callable): Promise<ToolCall> {
  const { llmFailurePatterns, answerMs, analysisMs } = hubDefaults;
  const contract = { tool, llmFailurePatterns, answerMs, analysisMs };
  const signal = AbortSignal.timeout(analysisMs);
  const started = performance.now();
  const took = () => performance.now() - started;
  const about = { tool, toolArguments };
  try {
    const result = await session.call(tool, toolArguments, signal);
    const { outcome, detail } = judgeAnalysis(contract, result, took());
    return { ...about, works: outcome === "ok", why: detail, durationMs: took() };
  } catch (error) {
    const why = signal.aborted ? `no answer within ${analysisMs / 1_000} s` : causeText(error);
    return { ...about, works: false, why, durationMs: took() };
  }
}
