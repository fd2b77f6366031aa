/** List prices of a small hosted model, US dollars a million tokens. An estimate for the report, not a bill. */
export const pricePerMillionTokensUsd = { input: 0.3, output: 2.5 } as const;

/** Tokens of one analysis of a short prompt, where the hub counts none: the tool's instructions and a short answer. */
const tokensPerAnalysis = { input: 600, output: 120 } as const;

const price = (input: number, output: number) =>
  (input * pricePerMillionTokensUsd.input + output * pricePerMillionTokensUsd.output) / 1_000_000;

/** What one own analysis costs by estimate, US dollars. */
export const costPerAnalysisUsd = price(tokensPerAnalysis.input, tokensPerAnalysis.output);

/** What was spent by tokens counted, else by the number of analyses; null when neither is known. */
export function costUsd(of: {
  input: number | null;
  output: number | null;
  calls: number | null;
}): { usd: number; counted: string } | null {
  const tokens = (of.input ?? 0) + (of.output ?? 0);
  if (tokens > 0) return { usd: price(of.input ?? 0, of.output ?? 0), counted: `${tokens} tokens counted` };
  if (of.calls === null) return null;
  return { usd: of.calls * costPerAnalysisUsd, counted: `${of.calls} analyses, tokens not counted` };
}
