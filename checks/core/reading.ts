import type { Limit } from "../../domain/spec.ts";
import type { Verdict } from "./verdict.ts";

/** A value that a check measured; null: nothing could be measured. */
export type Value = number | string | boolean | null;

/** What one look of one check found: everything an auditor needs to follow the verdict. */
export interface Reading {
  check: string;
  verdict: Verdict;
  /** What was measured; null when nothing could be. */
  value: Value;
  operator: Limit["good"];
  limit: Value;
  unit: string;
  samples: number;
  /** Below this many samples the check never passes. */
  minimumSamples: number;
  /** The span the samples come from, in words. */
  window: string;
  source: string;
  /** What was asked of the source, so that it can be asked again. */
  query: string;
  /** One sentence with the numbers, or the cause when the check could not be carried out. */
  why: string;
  /** Of a check of a share: whether users' answers alone show that it is within its limit, however often one looks. */
  shown?: boolean;
  /** It decided nothing: the check is tried, and stops no rollout yet. */
  advisory?: true;
  durationMs: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A pure judgement over a measurement; `defineCheck` adds the check's own facts to make a reading of it. */
export interface Judgement {
  verdict: Verdict;
  value: Value;
  samples: number;
  why: string;
  /** Left out: the check's own limit, unit, operator, minimum and window. */
  limit?: Value;
  unit?: string;
  operator?: Limit["good"];
  minimumSamples?: number;
  /** Of a check of a share; see Reading. */
  shown?: boolean;
  window?: string;
  query?: string;
}
