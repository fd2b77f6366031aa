import { tokensPerAnalysis, usdOfTokens } from "../../domain/llm-price.ts";

/** What one analysis costs by estimate, US dollars. */
export const costPerAnalysisUsd = usdOfTokens(tokensPerAnalysis.input, tokensPerAnalysis.output);

/** Analyses and the tokens that were told of them. */
export interface Spent {
  /** Tokens that went in, of the `counted` analyses only. */
  readonly input: number;
  /** Tokens that came out, of the same. */
  readonly output: number;
  /** All analyses. */
  readonly calls: number;
  /** Those of them whose result tells its tokens. */
  readonly counted: number;
}

/**
 * What analyses cost: the tokens of those that tell them by list price, and an estimate for each of the others.
 * @throws {Error} when the counts cannot be of the same analyses
 */
export function costUsd({ input, output, calls, counted }: Spent): { usd: number; by: string } {
  const tokens = input + output;
  if (counted > calls || (tokens > 0 && counted === 0))
    throw new Error(
      `${tokens} tokens are told by ${counted} analyses, and ${calls} were made: these are not counts of the same analyses`,
    );
  const others = calls - counted;
  const told = `${tokens} tokens of ${counted} analyses`;
  const guessed = `an estimate for ${others}${counted > 0 ? " others" : " that tell no tokens"}`;
  return {
    usd: usdOfTokens(input, output) + others * costPerAnalysisUsd,
    by: [...(counted > 0 ? [told] : []), ...(others > 0 ? [guessed] : [])].join(" and "),
  };
}
