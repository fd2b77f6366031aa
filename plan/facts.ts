import type { Colour, PerColour } from "../domain/colour.ts";
import type { Plan } from "../domain/plan.ts";
import type { ReleaseRecord } from "../domain/release-record.ts";
import type { SwitchPreview } from "../domain/request.ts";

/** What both colours cost, in dollars; null where the region's prices are not known. */
interface PlanCost {
  /** What a rollout from a retired colour costs at most on top. */
  readonly rolloutUsd: number | null;
  /** A month of the idle colour at its full count. */
  readonly idleColourUsd: number | null;
  readonly idleColour: Colour;
}

/** Everything that a plan is made of: the spec of the stack, what the switch says of it, and what the guards found. */
export interface PlanFacts {
  readonly stack: string;
  /** When it was made, milliseconds since 1970. */
  readonly now: number;
  /** What it was compared with: the account, or a version of the stack config. */
  readonly basis: string;
  /** What the switch says of it. */
  readonly answer: SwitchPreview & { readonly refused?: string };
  /** Refusals and warnings of the config's own guards. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
  readonly rollout: Plan;
  readonly releases: PerColour<string>;
  readonly images: PerColour<string>;
  readonly tasks: PerColour<number>;
  readonly cost: PlanCost;
  /** The pre-deployment record; undefined: none is kept. */
  readonly record: ReleaseRecord | undefined;
}
