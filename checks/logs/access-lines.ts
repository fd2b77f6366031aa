import type { Colour } from "../../domain/colour.ts";
import type { LogLine } from "../sources/logs.ts";
import { accessLine, olderLine, unjudged, openLine } from "./line-schemas.ts";
import type { Open, RequestKey, Sample } from "./sample.ts";

/** Whose lines are read, and which tool's calls are analyses. */
export interface Reading {
  readonly slot: Colour;
  readonly tool: string;
}

/** What a line of a slot's log tells of its users' requests. */
export type Told =
  | { readonly kind: "ended"; readonly sample: Sample; readonly key?: RequestKey }
  | { readonly kind: "open"; readonly task: string; readonly requests: ReadonlyMap<RequestKey, Open> };

/** Reads a line; null for other lines, other slots, and own probes, which count by themselves. */
export function toldBy(line: Pick<LogLine, "at" | "text">, reading: Reading): Told | null {
  const fields = parsed(line.text);
  if (fields === null || fields["slot"] !== reading.slot) return null;
  if (fields["type"] === "open") return openRequests(fields, reading);
  if (fields["type"] !== "access" || fields["synthetic"] === true) return null;
  return fields["schema"] === undefined ? older(line.at, fields, reading) : ended(line.at, fields, reading);
}

function ended(at: number, fields: unknown, reading: Reading): Told | null {
  const found = accessLine.safeParse(fields);
  if (!found.success) return null;
  const { outcome, cause, durationMs: latencyMs, task, request: number } = found.data;
  const sample: Sample = {
    ...requestOf(found.data, reading),
    at,
    outcome,
    latencyMs,
    ...(cause === "" ? {} : { detail: cause }),
  };
  return { kind: "ended", sample, key: keyOf(task, number) };
}

function older(at: number, fields: unknown, reading: Reading): Told | null {
  const found = olderLine.safeParse(fields);
  if (!found.success || unjudged.has(found.data.outcome)) return null;
  const { outcome, durationMs: latencyMs } = found.data;
  const unknown = { sessionAt: null, begun: null };
  const sample: Sample = {
    ...requestOf({ ...found.data, ...unknown }, reading),
    at,
    outcome: outcome === "ok" ? "ok" : null,
    latencyMs,
  };
  return { kind: "ended", sample };
}

function openRequests(fields: unknown, reading: Reading): Told | null {
  const found = openLine.safeParse(fields);
  if (!found.success) return null;
  const { task, requests } = found.data;
  const entries = requests.map((one): [RequestKey, Open] => [
    keyOf(task, one.request),
    { ...requestOf(one, reading), since: one.since },
  ]);
  return { kind: "open", task, requests: new Map(entries) };
}

const keyOf = (task: string, number: number): RequestKey => `${task} ${number}`;

function requestOf(
  of: Pick<Sample, "method" | "tool" | "session" | "sessionAt" | "begun">,
  { slot, tool }: Reading,
) {
  const { method, session, sessionAt, begun } = of;
  const analysis = of.tool === tool;
  return { slot, method, tool: of.tool, analysis, from: "user" as const, session, sessionAt, begun };
}

function parsed(text: string): Record<string, unknown> | null {
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
