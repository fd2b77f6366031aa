import type { Colour } from "../../domain/colour.ts";
import type { Seen } from "../clients/tally.ts";
import type { Held as HeldStep } from "./evidence.ts";
import { type Held, type StepResult, held } from "./result.ts";
import type { Routed } from "./routed.ts";

/** What clients saw of the requests that the weighted rule split, and when and by what the balancer did. */
export interface Split {
  readonly seen: readonly Seen[];
  /** By trace id. */
  readonly routed: ReadonlyMap<string, Routed>;
}

/**
 * The share of what the weighted rule split, in each step: of requests that the balancer routed while it held. When they were sent
 * or answered says less: on a slow machine one that was sent before a step is routed in it, and of a slow candidate's answers
 * those that came in time are too few.
 */
export function observed(
  steps: readonly HeldStep[],
  { seen, routed }: Split,
  candidate: Colour,
): StepResult[] {
  const split = seen.flatMap(({ traceId, slot }) => {
    const by = routed.get(traceId);
    return by === undefined || by.draw === null || slot === null ? [] : [{ at: by.at, draw: by.draw, slot }];
  });
  return steps.map(({ weight, from, to, verdict, why }) => {
    const within = split.filter(({ at }) => at >= from && at < to);
    const there = within.filter(({ slot }) => slot === candidate).length;
    const drawn = within.filter(({ draw }) => chosenBy(draw, weight, candidate) === candidate).length;
    const percent = (count: number) =>
      within.length === 0 ? 0 : Math.round((1_000 * count) / within.length) / 10;
    return { weight, observed: percent(there), drawn: percent(drawn), samples: within.length, verdict, why };
  });
}

/** The colour that a draw falls to: the rule names blue first. */
function chosenBy(draw: number, weight: number, candidate: Colour): Colour {
  const blue = candidate === "blue" ? weight : 100 - weight;
  return draw * 100 < blue ? "blue" : "green";
}

/**
 * Whether each step's share is what its weight makes of the balancer's draws. It is so without an exception, so no run is broken by
 * chance; a balancer that is 5 points off sends one of 20 requests elsewhere than its weight says.
 */
export function sharesHeld(steps: readonly StepResult[]): Held[] {
  return steps.map(({ weight, observed: share, drawn, samples }) =>
    held(
      `at ${weight} % the candidate answers its share`,
      samples > 0 && share === drawn,
      samples === 0 ? "no requests" : `${share} % of ${samples}, ${drawn} % of the balancer's draws are its`,
    ),
  );
}
