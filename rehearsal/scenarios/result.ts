import type { Course } from "../course/course.ts";
import type { Figures } from "../course/figures.ts";
import type { Fault, Transport } from "../faults/cells.ts";
import type { Pace } from "../pace.ts";

/** How one scenario went, as the rehearsal's JSON has it. */
export interface ScenarioResult {
  readonly name: string;
  readonly promise: string;
  readonly asPromised: boolean;
  readonly outcome: "promoted" | "rolled-back" | "refused" | "held";
  readonly requests: {
    readonly sent: number;
    readonly ok: number;
    readonly lost: number;
    readonly hurt: number;
  };
  readonly sessions: { readonly opened: number; readonly broken: number };
  readonly timings: {
    readonly totalMs: number;
    readonly faultToVerdictMs: number | null;
    readonly verdictToTrafficMs: number | null;
  };
  readonly steps: readonly StepResult[];
  /** What it cost its users, and how fast it was over; absent of a scenario that was not played on a stage. */
  readonly figures?: Figures;
  /** How it went, on one axis of time; absent as above. */
  readonly course?: Course;
  /** Each thing promised, with the figure seen. */
  readonly held: readonly Held[];
  /** How many times slower it was played, on a machine that is starved; absent: as usual. */
  readonly pace?: Pace;
  /** Of the matrix of faults: each cell that was played. */
  readonly cells?: readonly CellResult[];
  /** Why what broke says nothing of the release; absent where it does. */
  readonly inconclusive?: string;
  /** Where shares were observed. */
  readonly observedIn: "responses";
}

/** One fault of a release, and what became of that release. */
export interface CellResult extends Pick<Fault, "kind" | "where" | "share"> {
  readonly transport: Transport;
  /** Requests of users that the candidate answered badly, and that live did. */
  readonly usersHurt: number;
  readonly liveHurt: number;
  readonly outcome: ScenarioResult["outcome"];
  /** Answers of the candidate that the gates counted as bad. */
  readonly badAnswers: number;
  /** From the candidate's first bad answer to a user until the verdict; null where no user had one. */
  readonly seconds: number | null;
  /** The check that said no, and why; null: none did. */
  readonly check: string | null;
  readonly why: string | null;
}

/** A step's result, as the evidence has it. */
export interface StepResult {
  readonly weight: number;
  /** Percent of requests without a session that the candidate answered. */
  readonly observed: number;
  /** Percent that the weight makes of what the balancer drew for the same requests: chance plays no part in a difference. */
  readonly drawn: number;
  readonly samples: number;
  readonly verdict: string;
  readonly why: string;
}

/** One promise and whether it held. */
export interface Held {
  readonly what: string;
  readonly saw: string;
  readonly ok: boolean;
}

/** One promise of a scenario, whether it held and what was seen. */
export const held = (what: string, ok: boolean, saw: string): Held => ({ what, ok, saw });

/** The promise that something took less than so many milliseconds; null: it never came. @param what ends before the limit */
export const heldWithin = (what: string, ms: number | null, limitMs: number): Held =>
  held(`${what} ${limitMs / 1_000} s`, ms !== null && ms < limitMs, `${ms} ms`);
