import type { PropertyMap, Severity } from "./provider.ts";

/** What a run does, in the CLI's words. */
export type Verb = "preview" | "up" | "refresh" | "destroy";

/**
 * What is done to one resource. A replacement is `create-replacement` and `delete-replaced`, in the order that the
 * resource asks for; in the counts the two together are one `replace`.
 */
export type Op =
  | "same"
  | "create"
  | "update"
  | "create-replacement"
  | "delete-replaced"
  | "delete"
  | "read"
  | "forget";

/** What the last line of a run counts; see `Op` for a replacement. */
export type Counted = "same" | "create" | "update" | "replace" | "delete" | "read";

/** A step, by the resource and what is done to it. */
export interface StepInfo {
  op: Op;
  urn: string;
  type: string;
  name: string;
  parent?: string | undefined;
  /** Properties that changed, and those among them that need a new resource. */
  diffs?: string[];
  replaces?: string[];
}

/** What happens in a run, as facts; `display.ts` has the words. */
export type EngineEvent =
  | { kind: "begin"; verb: Verb; project: string; stack: string }
  | ({ kind: "step"; phase: "planned" | "started" | "done" | "failed"; durationMs: number } & StepInfo)
  | { kind: "log"; severity: Severity; message: string; urn?: string; ephemeral: boolean; source: LogSource }
  | { kind: "end"; verb: Verb; result: RunResult };

/** Who said it: the program, a provider, or the engine itself. */
type LogSource = "program" | "provider" | "engine";

/** A warning or an error of a run, with the URN of its resource where it is about one. */
export interface Diagnostic {
  severity: "warning" | "error";
  message: string;
  urn?: string;
}

/** An output of the stack, free of the marks of secrets: `secret` says whether it had one. */
export interface OutputValue {
  value: PropertyMap[string];
  secret: boolean;
}

/** How a run ended. */
export interface RunResult {
  ok: boolean;
  /** As the Pulumi CLI has it: 0 done, 1 failed or refused, 7 changes where none were expected, 8 killed. */
  exitCode: number;
  /** The run was asked to stop before it was done. */
  cancelled: boolean;
  changes: Record<Counted, number>;
  /** The stack's outputs after the run. A value that is not known yet (preview) is the string `UNKNOWN`. */
  outputs: Record<string, OutputValue>;
  /** Warnings and errors, in the order in which they came. */
  diagnostics: Diagnostic[];
  durationMs: number;
}

/** Takes the events of a run, in their order. */
export type Emit = (event: EngineEvent) => void;
