import type { Answer } from "../../domain/approval.ts";
import type { Colour } from "../../domain/colour.ts";
import type { HandEdit } from "../../domain/hand-edit.ts";
import type { Bake, Step } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import type { Event, State } from "../policy/machine.ts";

/** Time as an argument: `sleep` rejects with the signal's reason when it fires first. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The record with the version a conditional write compares. */
export interface Versioned {
  readonly record: SwitchRecord;
  readonly version: number;
}

/** The store of the record: one DynamoDB item. */
export interface Store {
  /** Strongly consistent; null when there is no item. */
  read(): Promise<Versioned | null>;
  /** Writes when the item still has `expected` (null: does not exist). False: somebody else wrote in between. */
  write(record: SwitchRecord, expected: number | null): Promise<boolean>;
  /** Removes the item when it still has that version. False: somebody wrote in between, and it stays. */
  remove(expected: number): Promise<boolean>;
}

/** The weighted rule. */
export interface Rule {
  read(): Promise<LiveRule | null>;
  /** One ModifyRule, never retried in here, given up after `timeoutMs`. An error leaves open whether it took effect. */
  modify(weights: Weights, timeoutMs: number): Promise<void>;
  /**
   * Makes the rule. Where one of these target groups stands at its place already it is left as it is, and `was` says what it
   * shows: an attempt that died may have made it, or a person.
   */
  create(weights: Weights): Promise<{ readonly ruleArn: string; readonly was: Weights | null }>;
  remove(): Promise<void>;
}

/** The capacity of the slots: their tasks. */
export interface Capacity {
  healthy(of: Colour): Promise<number>;
  /** Asks for at least `tasks` tasks, none of which autoscaling may take away, and returns at once. */
  raise(of: Colour, tasks: number): Promise<void>;
  /** Keeps the tasks a slot has: autoscaling may add to them, and takes none away. */
  hold(of: Colour): Promise<void>;
  /** Gives scale-in back to autoscaling. */
  free(of: Colour): Promise<void>;
  /**
   * Brings a retired slot down to `tasks` and gives its scale-in back to autoscaling; given up after `timeoutMs`. An error
   * leaves open whether it took effect.
   */
  settle(of: Colour, tasks: number, timeoutMs: number): Promise<void>;
  /**
   * Raises the slot's tasks to `tasks` and waits until as many targets are healthy, for `deadlineMs` at most. Says why not
   * when it cannot: how many are healthy, how many tasks stopped meanwhile and for which reasons.
   */
  scaleUp(
    of: Colour,
    tasks: number,
    deadlineMs: number,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<{ ready: true } | { ready: false; why: string }>;
}

/** The traffic as users meet it: real responses, each over a fresh connection. */
export interface Traffic {
  /** False when no response names its slot: then a change can be reached and read back, and not proved. */
  readonly namesSlots: boolean;
  /** Addresses of the balancer. Rejects when the name does not resolve. */
  addresses(): Promise<readonly string[]>;
  /** The slot that answered one request at that address; null when the answer names none. Rejects when it cannot be reached, with TurnedAway when the balancer answers itself. */
  ask(address: string, signal: AbortSignal): Promise<Colour | null>;
}

/** A gate's verdict. */
export type Verdict = "pass" | "fail" | "inconclusive";

/** What a gate found. */
export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence with numbers. */
  readonly why: string;
  /** When the first bad answer was seen, and when the verdict stood; milliseconds since 1970. */
  readonly firstBadAt: number | null;
  readonly decidedAt: number;
}

/** The gate that a candidate, and each step, has to pass. */
export interface Gate {
  /** @param besideLive the other colour is live: what it offers must be offered here as well */
  candidate(of: Colour, besideLive: boolean, signal: AbortSignal): Promise<Judgement>;
  /** Watches a step. `extended`: once more for the step watched last, whose evidence counts on; ends once it can tell. */
  bake(of: Colour, step: Step, extended: boolean, signal: AbortSignal): Promise<Judgement>;
  /** Watches a step that has passed and waits for a person, by checks that send nothing: a verdict after each stretch of time. */
  watch(of: Colour, step: Step, signal: AbortSignal): Promise<Judgement>;
  close(): Promise<void>;
}

/** Facts for the evidence record and the resource's line. Words are made in rollout/run/words.ts. */
export type RolloutEvent =
  | { kind: "decided"; decision: string; summary: string }
  | { kind: "adopted"; edit: HandEdit }
  | { kind: "scaling"; colour: Colour; text: string }
  | { kind: "verifying"; colour: Colour }
  | { kind: "judged"; colour: Colour; weight: number; judgement: Judgement }
  | { kind: "shifting"; from: Weights; to: Weights; step: number; steps: number }
  | { kind: "written"; weights: Weights; tries: number }
  | { kind: "proved"; weights: Weights; answers: Record<Colour, number>; addresses: number; tookMs: number }
  | { kind: "unprovable"; weights: Weights }
  | { kind: "unproved"; weights: Weights; answers: Record<Colour, number>; why: string }
  | { kind: "baking"; colour: Colour; weight: number; bake: Bake; extended: boolean }
  | { kind: "waiting"; colour: Colour; weight: number; text: string }
  | { kind: "answered"; colour: Colour; weight: number; answer: Answer | null; text: string }
  | { kind: "rolling-back"; to: Weights; why: string }
  | { kind: "moved"; from: State; on: Event; to: State }
  | { kind: "repaired"; weights: Weights }
  | { kind: "unkept"; why: string }
  | { kind: "ended"; outcome: string; why: string };

/** The append-only record of one rollout. */
export interface Evidence {
  /** Seals the record; returns where it lies, its digest, and what of it could not be written. */
  finish(): Promise<{ where: string; digest: string; problem?: string }>;
}

/** The ports of a rollout: everything it touches. */
export interface Ports {
  readonly clock: Clock;
  readonly store: Store;
  readonly rule: Rule;
  readonly capacity: Capacity;
  readonly traffic: Traffic;
  readonly gate: Gate;
  readonly evidence: Evidence;
  readonly random: () => number;
  report(event: RolloutEvent): void;
}
