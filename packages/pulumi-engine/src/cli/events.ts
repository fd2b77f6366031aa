import type { EngineEvent, Op } from "../engine/events.ts";
import type { Severity } from "../engine/provider.ts";
import { parseUrn } from "../engine/urn.ts";

/** One event of the CLI's event log, as far as it is read here. */
export interface CliEvent {
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
  resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
  resOpFailedEvent?: { metadata: StepMetadata };
  summaryEvent?: { resourceChanges: Record<string, number>; result?: string };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  diffs?: string[] | null;
  new?: { parent?: string } | null;
}

const ops = new Set<string>([
  "same",
  "create",
  "update",
  "create-replacement",
  "delete-replaced",
  "delete",
  "read",
] satisfies Op[]);

/**
 * The CLI's event as the embedded engine tells the same; null: it has none like it. @param looks URNs whose refresh a preview has
 * begun: what it comes to is known at its end alone
 */
export function translated(event: CliEvent, looks: Set<string>): EngineEvent | null {
  const { diagnosticEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
  if (diagnosticEvent) return logged(diagnosticEvent);
  if (resourcePreEvent?.planning === true && resourcePreEvent.metadata.op === "refresh")
    looks.add(resourcePreEvent.metadata.urn);
  if (resourcePreEvent) return step("started", resourcePreEvent);
  if (resOutputsEvent?.planning === true && !looks.has(resOutputsEvent.metadata.urn)) return null;
  if (resOutputsEvent) return step("done", resOutputsEvent);
  return resOpFailedEvent ? step("failed", resOpFailedEvent) : null;
}

/** What the CLI puts in front of the one reason of a partial failure. */
const soleError = /^1 error occurred:\s+\* /;

function logged({
  urn,
  message,
  severity,
  ephemeral,
}: NonNullable<CliEvent["diagnosticEvent"]>): EngineEvent {
  return {
    kind: "log",
    // Output of the program on stderr is "info#err".
    severity: severity.split("#")[0] as Severity,
    message: message.replace(soleError, "").trimEnd(),
    ...(urn ? { urn } : {}),
    ephemeral: ephemeral ?? false,
    source: "provider",
  };
}

function step(
  phase: "started" | "done" | "failed",
  { metadata, planning = false }: { metadata: StepMetadata; planning?: boolean },
): EngineEvent | null {
  const { op, urn, type, diffs, new: made } = metadata;
  if (!ops.has(op)) return null;
  return {
    kind: "step",
    phase: planning ? "planned" : phase,
    durationMs: 0,
    op: op as Op,
    urn,
    type,
    name: parseUrn(urn).name,
    ...(made?.parent ? { parent: made.parent } : {}),
    ...(diffs ? { diffs } : {}),
  };
}
