import type { Random } from "local-aws/random";
import type { FaultPlace, Transport } from "../cells.ts";

/** Tools of the hub in this model; the first is the one that analyses. */
export const tools = ["hub__analyze_prompt", "search", "fetch"] as const;
const [analysisTool, otherTool, thirdTool] = tools;
export { analysisTool, otherTool };

/** One request that a client sends. */
export interface Asking {
  readonly method: string;
  readonly tool: string | null;
  /** Null: no fault is ever at this place. */
  readonly place: FaultPlace | null;
}

/** What a client does next: it asks, it misses a tool that the list does not name, or it lets time pass. */
export type Step = Asking | { readonly missing: FaultPlace | null } | { readonly pauseMs: number };

/** What its client sees of a request. */
export interface Seen {
  readonly good: boolean;
  /** Nothing more can be asked in this session. */
  readonly lost: boolean;
  /** Tools that the list named; null: it was no list, or none came. */
  readonly listed: readonly string[] | null;
}

/** A client's doings, one step after the other. */
export type Client = Generator<Step, void, Seen>;

const ask = (method: string, place: FaultPlace | null): Asking => ({ method, tool: null, place });
const call = (tool: string): Asking => ({ method: "tools/call", tool, place: placeOfTool(tool) });

/** The place of calls of a tool; null: no fault is at it. */
export function placeOfTool(tool: string): FaultPlace | null {
  if (tool === analysisTool) return "analysis";
  return tool === otherTool ? "other-tool" : null;
}

const openStream = ask("stream/open", "stream");
const initialized = ask("notifications/initialized", "notifications");
const noAnswer: Seen = { good: false, lost: true, listed: null };

/** Where a client that was turned away begins again, and how often, as people do. */
const attempts = 2;
const againMs = 400;
/** How many calls a short session makes, and a long one, at most; and how long a user thinks between two of a long one. */
const shortCalls = { from: 2, to: 4 } as const;
const longCalls = { from: 6, to: 16 } as const;
const longShare = 0.25;
const thinkMs = { short: 40, long: 900 } as const;
/** Sessions that also ask for prompts, which this hub refuses as one that has only tools does. */
const optionalShare = 0.2;

/** What one user's client does, from its first request to its last. */
export function* clientOf(transport: Transport, random: Random, begin: () => void): Client {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    begin();
    const seen = transport === "stateless" ? yield* discover() : yield* connect(transport);
    if (!seen.lost) {
      yield* work(transport, random);
      return;
    }
    yield { pauseMs: againMs * (1 + random.next()) };
  }
}

function* discover(): Generator<Step, Seen, Seen> {
  const seen = yield ask("server/discover", "initialize");
  return { ...seen, lost: !seen.good };
}

/** As the official clients do: without any of this there is no session, except for the second stream of streamable HTTP. */
function* connect(transport: Transport): Generator<Step, Seen, Seen> {
  if (transport === "sse" && isOver(yield openStream)) return noAnswer;
  if (isOver(yield ask("initialize", "initialize"))) return noAnswer;
  const told = yield initialized;
  if (isOver(told)) return noAnswer;
  return transport === "streamable" ? { ...(yield openStream), lost: false } : told;
}

const isOver = ({ good, lost }: Seen) => lost || !good;

function* work(transport: Transport, random: Random): Client {
  const list = yield ask("tools/list", "tools/list");
  if (list.lost || list.listed === null) return;
  if (random.chance(optionalShare)) yield ask("prompts/list", null);
  const long = random.chance(longShare);
  const { from, to } = long ? longCalls : shortCalls;
  for (let left = random.whole(from, to); left > 0; left -= 1) {
    const tool = toolOf(random);
    const seen = yield list.listed.includes(tool) ? call(tool) : { missing: placeOfTool(tool) };
    if (seen.lost) return;
    yield { pauseMs: (long ? thinkMs.long : thinkMs.short) * (0.5 + random.next()) };
  }
  if (transport === "streamable") yield ask("session/delete", null);
}

/** Half of the calls are analyses, a third are of the other tool, the rest of a third. */
function toolOf(random: Random): string {
  const drawn = random.next();
  if (drawn < 0.45) return analysisTool;
  return drawn < 0.8 ? otherTool : thirdTool;
}
