import type { WaitSeen } from "../../domain/approval.ts";
import type { Colour } from "../../domain/colour.ts";
import type { Step } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { SwitchRequest } from "../../domain/request.ts";
import type { Weights } from "../../domain/weight.ts";
import type { LiveRule } from "./live-rule.ts";

/** Why an `up` was refused. One code per row of the table in docs/rollout.md. */
type RefusalCode =
  | "first-partial"
  | "lease-held"
  | "rule-gone"
  | "foreign-in-rule"
  | "hand-edit"
  | "edit-and-release"
  | "replaced-under-users"
  | "live-changed"
  | "unfinished-rollback"
  | "both-carry-weight"
  | "rollback-target-changed"
  | "sessions-open"
  | "frozen"
  | "rejected";

/** A freeze that an `up` goes through, and why it may. */
export interface Through {
  readonly name: string;
  readonly why: string;
}

/** What one `up` does. The driver acts on it; the preview prints it. */
export type Decision =
  | { readonly kind: "refuse"; readonly code: RefusalCode; readonly why: string }
  | { readonly kind: "first"; readonly live: Colour }
  | { readonly kind: "nothing"; readonly liveChanged: boolean }
  | { readonly kind: "verify"; readonly candidate: Colour }
  | {
      readonly kind: "shift";
      readonly candidate: Colour;
      readonly verify: boolean;
      readonly steps: readonly Step[];
      readonly asked: number;
      /** The freeze that it goes through, and why; left out: none is on. */
      readonly through?: Through;
    }
  | { readonly kind: "rollback"; readonly from: Colour; readonly to: Weights }
  | {
      readonly kind: "resume";
      readonly candidate: Colour;
      readonly at: number;
      readonly steps: readonly Step[];
      readonly asked: number;
      readonly why: string;
      /** The step that waits for a person, which is taken up first; left out: none does. */
      readonly waits?: WaitSeen;
      readonly through?: Through;
    }
  | { readonly kind: "undo"; readonly rollbackTarget: Weights; readonly why: string };

/** Everything the decision looks at. Pure: the clock is an argument. */
export interface Situation {
  readonly now: number;
  readonly record: SwitchRecord | null;
  readonly rule: LiveRule | null;
  readonly request: Pick<SwitchRequest, "greenWeight" | "releases" | "origins" | "plan">;
}

/** The decision to refuse, and why. */
export type Refused = Extract<Decision, { kind: "refuse" }>;
/** A refusal, by its code and a sentence that says why. */
export const refuse = (code: RefusalCode, why: string): Refused => ({ kind: "refuse", code, why });
