import type { Expectation, Wanted } from "../witness/judge.ts";

/** One thing that a client may ask for, again and again. */
export interface Ask {
  readonly method: "tools/call" | "tools/list" | "resources/list" | "prompts/list";
  /** Name of the tool to call; null: none is. */
  readonly tool: string | null;
  /** Whether it is the tool that asks a language model. */
  readonly analysis: boolean;
  /** How often it is asked, beside the others. */
  readonly share: number;
  /** Arguments of a call. @param word one that comes in no other call */
  readonly argumentsOf: (word: string) => Readonly<Record<string, unknown>>;
  readonly expects: (word: string) => Expectation;
}

/** A hub as far as its clients know it. */
export interface KnownHub {
  readonly tool: string;
  readonly toolArguments: Readonly<Record<string, unknown>>;
  /** Its other tools: the argument each takes and gives back. */
  readonly others: Readonly<Record<string, string>>;
}

/** The tools of the sample hub that take a word and give it back. */
export const sampleTools: KnownHub["others"] = {
  echo__say: "words",
  memory__search: "query",
  files__read: "path",
  clock__wait: "word",
};

/** What clients ask of a hub: analyses half of the time, its other tools, its list. */
export function usualAsks({ tool, toolArguments, others }: KnownHub): Ask[] {
  const names = Object.keys(others);
  const known = names.length > 0;
  const analysis: Ask = {
    method: "tools/call",
    tool,
    analysis: true,
    share: 5,
    argumentsOf: (word) => (known ? { prompt: `what does my memory hold of ${word}?` } : toolArguments),
    expects: () => (known ? { kind: "categories" } : { kind: "something" }),
  };
  const calls = Object.entries(others).map(([name, argument]): Ask => {
    const argumentsOf = (word: string) => ({ [argument]: word });
    const expects = (word: string): Expectation => ({ kind: "word", word });
    return { method: "tools/call", tool: name, analysis: false, share: 1, argumentsOf, expects };
  });
  return [analysis, ...calls, listing("tools/list", 1, [tool, ...names])];
}

/** What a tool-only hub answers with "method not found", and common clients ask for all the same. */
export const optionalLists: readonly Ask[] = [listing("resources/list", 1), listing("prompts/list", 1)];

function listing(
  method: Exclude<Ask["method"], "tools/call">,
  share: number,
  names: readonly string[] = [],
): Ask {
  const expects = (): Expectation => (names.length === 0 ? { kind: "something" } : { kind: "tools", names });
  return { method, tool: null, analysis: false, share, argumentsOf: () => ({}), expects };
}

/** One ask of these, each as often as its share says; the shares need not add up to anything. `random` is drawn once. */
export function pick(asks: readonly Ask[], random: () => number): Ask {
  let left = random() * asks.reduce((sum, { share }) => sum + share, 0);
  return asks.find(({ share }) => (left -= share) < 0) ?? (asks[0] as Ask);
}

/** What the witness is to hold an answer against: `word` is what this one request asked for. */
export const wantedOf = ({ method, analysis, expects }: Ask, word: string): Wanted => ({
  method,
  analysis,
  expects: expects(word),
});

/** The wanted answer to what opens a session or meets a server. */
export const opening: Wanted = { method: "initialize", analysis: false, expects: { kind: "something" } };
