import type { Limit, Thresholds } from "../../domain/spec.ts";
import type { Check, CheckContext, Need } from "./check.ts";
import type { Group } from "./groups.ts";
import type { Judgement, Reading } from "./reading.ts";

/** The limit a check states, when it is no number of the requirement. */
export interface StatedLimit {
  value: number | string | boolean;
  unit: string;
  good: Limit["good"];
}

/** What a check's author writes; `defineCheck` makes a check of it. */
export interface CheckDefinition<M> {
  name: string;
  group: Group;
  /** One line, a question: what a pass says yes to. */
  question: string;
  source: string;
  query: (context: CheckContext) => string;
  limit: (thresholds: Thresholds) => StatedLimit;
  /** The requirement's sentence this check answers; left out: the product's own. */
  sentence?: string;
  /** The share of bad ones that a pass must show not to be reached; the minimum sample follows from it. */
  shows?: (thresholds: Thresholds) => number;
  /** A minimum sample that follows from nothing else; left out: from `shows`, or one. */
  minimumSamples?: (thresholds: Thresholds) => number;
  needs?: readonly Need[];
  probes?: Check["probes"];
  everyMs?: number;
  confirmations?: number;
  /** Left out: no reading is believed before its confirmations. */
  isCertain?: (reading: Reading) => boolean;
  timeoutMs?: number;
  window?: (context: CheckContext) => string;
  measure: (context: CheckContext) => Promise<M>;
  /** Pure: from what was measured to a verdict. */
  judge: (measured: M, context: CheckContext) => Judgement;
}
