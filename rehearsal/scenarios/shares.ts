import { binomialBand } from "../../domain/binomial.ts";
import type { Colour } from "../../domain/colour.ts";
import type { Tally } from "../clients/tally.ts";
import type { Held as HeldStep } from "./evidence.ts";
import { type Held, type StepResult, held } from "./result.ts";

/** The share of what the weighted rule splits, in each step: requests that were sent and answered while it held. */
export function observed(steps: readonly HeldStep[], { seen }: Tally, candidate: Colour): StepResult[] {
  return steps.map(({ weight, from, to, verdict, why }) => {
    const within = seen.filter(
      ({ sentAt, answeredAt, slot }) => sentAt >= from && answeredAt <= to && slot !== null,
    );
    const there = within.filter(({ slot }) => slot === candidate).length;
    const share = within.length === 0 ? 0 : Math.round((1_000 * there) / within.length) / 10;
    return { weight, observed: share, samples: within.length, verdict, why };
  });
}

/** Whether each observed share lies within the 99.9 % interval of its weight. */
export function sharesHeld(steps: readonly StepResult[]): Held[] {
  return steps.map(({ weight, observed: share, samples }) => {
    const count = Math.round((share / 100) * samples);
    const { low, high } = binomialBand(samples, weight / 100);
    const band = samples === 0 ? "no requests" : `${round(low / samples)} to ${round(high / samples)} % fit`;
    return held(
      `at ${weight} % the candidate answers its share`,
      samples > 0 && count >= low && count <= high,
      `${share} % of ${samples}, ${band}`,
    );
  });
}

const round = (share: number) => Math.round(share * 1_000) / 10;
