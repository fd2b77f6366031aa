import type { Colour } from "../../domain/colour.ts";
import type { Weights } from "../../domain/weight.ts";
import type { Rollback } from "../policy/rollback-target.ts";

/** Alarms the guardian acts on, by the end of their names. */
export const alarmKinds = [
  "error-rate",
  "no-healthy-target",
  "telemetry-lost",
  "latency",
  "llm-failures",
] as const;
/** An alarm kind: which of a slot's alarms, whatever its colour. */
export type AlarmKind = (typeof alarmKinds)[number];

/** What a tick sees, besides the record and the rule. Everything is read anew; no event is believed. */
export interface Observation {
  readonly now: number;
  /** Kinds of alarm that are in ALARM for the live colour right now. */
  readonly alarms: readonly AlarmKind[];
  /** The same for a candidate that waits for a person; none for any other. */
  readonly candidateAlarms: readonly AlarmKind[];
  readonly healthy: Readonly<Record<Colour, number>>;
  /** Task definitions of the running tasks of each service. */
  readonly running: Readonly<Record<Colour, readonly string[]>>;
  /** Open sessions by colour; null where no telemetry says. */
  readonly sessions: Readonly<Record<Colour, number | null>>;
  /** Whether a probe of the colour that traffic would go back to passed; null when none was made: no alarm rings, or one that decides by itself. */
  readonly previousProbe: boolean | null;
}

/** What the guardian does at one tick, and why. */
export type Guarding =
  | { readonly kind: "watch"; readonly why: string }
  | {
      readonly kind: "page";
      readonly why: string;
      /** As long as the same is found it is not told again. */
      readonly once?: true;
    }
  | { readonly kind: "reopen"; readonly colour: Colour; readonly why: string }
  | {
      readonly kind: "rollback";
      readonly rollback: Rollback;
      readonly revives: Revived | null;
      readonly why: string;
    }
  | {
      readonly kind: "reassert";
      readonly weights: Weights;
      /** What the rule shows instead. */
      readonly undone: Weights;
      readonly revives: Revived | null;
      readonly why: string;
    }
  | {
      readonly kind: "retire";
      readonly step: "restart" | "evict" | "warm" | "idle";
      readonly colour: Colour;
      readonly why: string;
    };

/** A slot that gets weight from nothing, and the task definition that all of its tasks have to run: the one that was live. */
export interface Revived {
  readonly colour: Colour;
  readonly taskDefinition: string;
}
