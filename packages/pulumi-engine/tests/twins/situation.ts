import type { Verb } from "../../src/engine/events.ts";
import type { PropertyMap } from "../../src/engine/provider.ts";
import { makeUrn } from "../../src/engine/urn.ts";
import type { World } from "./world.ts";

/** One command, as a person types it. */
export interface Step {
  do: Verb;
  /** What the program asks for from here on. */
  world?: World;
  /** `--preview-only` of a refresh, `--expect-no-changes`. */
  flags?: readonly ("preview-only" | "expect-no-changes")[];
  /** `--target` of the thing of this name. */
  target?: string;
  /** Once a thing is at work: Ctrl-C, one more when the plugin has heard of it, or kill -9 of the engine. */
  meanwhile?: "interrupt" | "two interrupts" | "kill";
  /** What somebody did to the cloud by hand before: new values of a thing's outputs, or null where it is gone. */
  byHand?: Record<string, PropertyMap | null>;
}

/** Commands on one stack, one after the other. */
export interface Situation {
  /** What it is about, as a clause. */
  name: string;
  steps: readonly Step[];
}

/** What of a command can be compared. Lists are in no order but where a line says so. */
export interface Outcome {
  /** Null: it was killed. */
  exitCode: number | null;
  changes: Record<string, number>;
  /** `OP NAME`, of what was done, or planned in a preview; unchanged things are left out. */
  steps: string[];
  /** `OP NAME before OP NAME`, for things of which one needs the other. */
  order: string[];
  /** Severity and first line of each warning and error. */
  said: string[];
  /** What the plugin was asked of each thing, in this order, with all that it was sent. */
  calls: Record<string, unknown[]>;
  /** The stack's resources, by URN. */
  state: Record<string, unknown>;
  /** `creating URN` and so on, of what began and did not end. */
  pending: string[];
  /** What is in the cloud afterwards. */
  cloud: Record<string, unknown>;
}

/** The URN of a thing of this name that is in no component. */
export function urnOfThing(name: string): string {
  return makeUrn({ project: "twins", stack: "twin" }, { type: "twin:index:Thing", name });
}

/** An engine that plays situations, each on a stack of its own. */
export interface Side {
  name: "embedded" | "pulumi";
  play(situation: Situation): Promise<Outcome[]>;
}
