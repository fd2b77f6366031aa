import type { Approval } from "../domain/approval.ts";
import type { Colour } from "../domain/colour.ts";
import type { ForeseenCheck, Traffic } from "../domain/foreseen.ts";
import type { Weights } from "../domain/weight.ts";

/** A count that is not known yet: what is expected of it, and its 99.9 % band. */
export interface Expected {
  readonly about: number;
  readonly low: number;
  readonly high: number;
}

/** How far a fault gets in a step before it is noticed. */
export interface Blast {
  /** How long it takes until its gate has failed, in milliseconds. */
  readonly noticedMs: number;
  /** New sessions that have gone to the candidate by then; requests of users that it has answered. */
  readonly sessions: number;
  readonly requests: number;
}

/** What a check of a step will have to judge by. */
export interface PlanCheck extends ForeseenCheck {
  /** Why it will likely end inconclusive, and what to change; null: it will be able to tell. */
  readonly inconclusive: string | null;
}

/** A step, with the users that meet it at today's traffic; null where that is not known. */
export interface PlanStep {
  readonly weight: number;
  /** Where users show enough it passes sooner than at its end. */
  readonly leastMs: number;
  readonly bakeMs: number;
  readonly longestMs: number;
  readonly checks: readonly PlanCheck[];
  /** For how long it then waits for a person at most, and what follows when nobody answers; null: it waits for nobody. */
  readonly approval: { readonly withinMs: number; readonly otherwise: Approval["otherwise"] } | null;
  /** Of the candidate, within the bake. Sessions that are open already stay on live, so fewer requests come at first. */
  readonly users: { readonly requests: Expected; readonly sessions: Expected } | null;
  /** Analyses that own probes bring, because users do not. */
  readonly ownProbes: number | null;
  /** Every answer of the candidate is bad; every tenth is. */
  readonly blast: { readonly all: Blast | null; readonly tenth: Blast | null } | null;
}

/** What merging a change, or the next `up`, sets in motion. */
export interface PlanDocument {
  readonly schema: 1;
  readonly stack: string;
  readonly at: string;
  readonly basis: string;
  /** The kind of decision, and one sentence that says it. */
  readonly action: string;
  readonly summary: string;
  /** Why it is refused, each a sentence with what to do; empty: it is not. */
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
  /** Releases that stay as they are although the stack's settings changed, each a sentence with its reason. */
  readonly keeps: readonly string[];
  /** Releases that are replaced while sessions may be open on them: what those are told and by when, a sentence each. */
  readonly leaves: readonly string[];
  readonly live: { readonly colour: Colour; readonly release: string; readonly since: string | null } | null;
  readonly candidate: {
    readonly colour: Colour;
    readonly release: string;
    readonly image: string;
    readonly tasks: number;
  } | null;
  readonly from: Weights | null;
  readonly to: Weights | null;
  readonly traffic: Traffic | null;
  readonly trafficUnknown: string;
  /** The candidate's gate at weight 0; null: it has none to pass. */
  readonly verify: readonly PlanCheck[] | null;
  readonly steps: readonly PlanStep[];
  readonly duration: {
    /** Every bake as short as users may make it. */
    readonly shortestMs: number;
    /** Every bake to its end, once. */
    readonly expectedMs: number;
    readonly longestMs: number;
  };
  /** How it is rolled back and until when, in sentences. */
  readonly rollback: readonly string[];
  /** What the rollout costs, in sentences. */
  readonly cost: readonly string[];
  /** What of the pre-deployment record is still open. */
  readonly open: readonly string[];
  readonly firing: readonly { readonly name: string; readonly reason: string }[] | null;
  readonly credentialsUntil: string | null;
}
