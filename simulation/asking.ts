import { Random } from "local-aws/random";
import { type Plan, parsedPlan } from "../domain/plan.ts";
import type { Action } from "./script.ts";

/** Of how many runs people are asked in one: the others are played as if nobody ever were. */
const askingShare = 0.35;
/** How much likelier an answer is than a kill of the `up` that waits for it. */
const answers = ["approve", "approve", "approve", "turn-down", "kill", "repeat", "repeat"] as const;

/** A run whose plan asks people: its draws are its own, so that they move nothing in other runs. */
export class Asking {
  readonly #random: Random;

  private constructor(random: Random) {
    this.#random = random;
  }

  /** Null: nobody is asked in this run. */
  static of(seed: number): Asking | null {
    const random = new Random(seed).fork(4_242);
    return random.chance(askingShare) ? new Asking(random) : null;
  }

  /** The plan with approvals, at one step at least: times that people answer within, mostly, and that an `up` waits for. */
  plan(plan: Plan): Plan {
    const random = this.#random;
    const sure = random.whole(0, plan.steps.length - 1);
    const steps = plan.steps.map((step, at) => {
      if (at !== sure && !random.chance(0.3)) return step;
      const approval = {
        within: random.whole(20_000, 900_000),
        otherwise: random.pick(["rollback", "hold", "advance"] as const),
        ...(random.chance(0.5) ? { pauseAfter: random.whole(0, 240_000) } : {}),
      };
      return { ...step, approval };
    });
    return parsedPlan.parse({ ...plan, steps });
  }

  /** What people answer, and when; kills of the `up` that waits, and further ones. */
  actions(endMs: number): Action[] {
    const random = this.#random;
    return Array.from({ length: random.whole(1, 5) }, (_, n) => {
      const kind = random.pick(answers);
      return { key: `a${n}:${kind}`, atMs: random.whole(70_000, endMs), kind };
    });
  }

  /** When a rollout has to go home for its credentials' sake; mostly never. */
  homeAt(now: number): { homeAt?: number } {
    return this.#random.chance(0.2) ? { homeAt: now + this.#random.whole(10_000, 600_000) } : {};
  }
}
