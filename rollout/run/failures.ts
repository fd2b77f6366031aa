import { describeWeights, type Weights } from "../../domain/weight.ts";
import type { LiveRule } from "../policy/live-rule.ts";

/** Somebody outside the lease took the traffic over: a break-glass rollback, an abort, the guardian, or another holder. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}

/** The live rule shows weights that nobody recorded. */
export class Drifted extends Error {
  override readonly name = "Drifted";
  readonly live: LiveRule | null;
  constructor(live: LiveRule | null, expected: Weights) {
    super(
      live === null
        ? `the weighted rule is gone; the record says ${describeWeights(expected)}`
        : `the live rule has ${describeWeights(live.weights)}${live.foreign.length > 0 ? ` and ${live.foreign.join(", ")}` : ""}, and the record says ${describeWeights(expected)}`,
    );
    this.live = live;
  }
}

/** A change of ours whose answer was lost has arrived late, and undid a newer one. */
export class Late extends Error {
  override readonly name = "Late";
}

/** The balancer did not take a change, and the rule is known to be as it was. */
export class ApiRefused extends Error {
  override readonly name = "ApiRefused";
}

/** A slot that was to get weight from nothing runs what nobody recorded: somebody deployed into it past the program. */
export class OtherTasks extends Error {
  override readonly name = "OtherTasks";
}

/** Too few healthy targets for the weight asked. */
export class Short extends Error {
  override readonly name = "Short";
}

/** The balancer answered a request itself, with 502, 503 or 504: no target took it. */
export class TurnedAway extends Error {
  override readonly name = "TurnedAway";
}

/** A request that the policy refuses: a user's situation, not a defect. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
