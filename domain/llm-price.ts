/**
 * What a million tokens cost, in US dollars: the list price of the model that the hub's sample config uses. What is reckoned with it
 * is an estimate, not a bill.
 */
export const llmPrice = {
  model: "gemini-2.5-flash",
  inputPerMillion: 0.3,
  outputPerMillion: 2.5,
  asOf: "2026-11",
} as const;

/** Tokens of one analysis of a short prompt, where its result tells none: the tool's instructions and a short answer. */
export const tokensPerAnalysis = { input: 600, output: 120 } as const;

/** What tokens cost by list price, US dollars. */
export const usdOfTokens = (input: number, output: number): number =>
  (input * llmPrice.inputPerMillion + output * llmPrice.outputPerMillion) / 1_000_000;
