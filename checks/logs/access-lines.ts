import type { Colour } from "../../domain/colour.ts";
import { aboveShortMs } from "../../domain/line-budget.ts";
import type { LogLine } from "../sources/logs.ts";
import { type CountsRead, accessLine, countsLine, olderLine, unjudged, openLine } from "./line-schemas.ts";
import type { Open, RequestKey, Sample } from "./sample.ts";

/** Whose lines are read, and which tool's calls are analyses. */
export interface Reading {
  readonly slot: Colour;
  readonly tool: string;
}

/** What a counts line tells, and when it was written, milliseconds since the epoch. */
interface ToldByCounts extends Pick<CountsRead, "task" | "number" | "beforeAt" | "ms" | "lines"> {
  readonly kind: "counts";
  readonly at: number;
  readonly samples: readonly Sample[];
}

/** What a line of a slot's log tells of its users' requests. */
export type Told =
  | {
      readonly kind: "ended";
      readonly sample: Sample;
      readonly key?: RequestKey;
      /** The counts line that tells of its second; left out: none does. */
      readonly counts?: CountsKey;
    }
  | ToldByCounts
  | { readonly kind: "open"; readonly task: string; readonly requests: ReadonlyMap<RequestKey, Open> };

/** Names a counts line within its slot: its task's address and its number there. */
interface CountsKey {
  readonly task: string;
  readonly number: number;
}

/** Reads a line; null for other lines, other slots, and own probes, which count by themselves. */
export function toldBy(line: Pick<LogLine, "at" | "text">, reading: Reading): Told | null {
  const fields = parsed(line.text);
  if (fields === null || fields["slot"] !== reading.slot) return null;
  if (fields["type"] === "open") return openRequests(fields, reading);
  if (fields["type"] === "counts") return counted(line.at, fields, reading);
  if (fields["type"] !== "access" || fields["synthetic"] === true) return null;
  return fields["schema"] === undefined ? older(line.at, fields, reading) : ended(line.at, fields, reading);
}

function ended(at: number, fields: unknown, reading: Reading): Told | null {
  const found = accessLine.safeParse(fields);
  if (!found.success) return null;
  const { outcome, cause, durationMs: latencyMs, task, request: number, counts, after } = found.data;
  const sample: Sample = {
    ...requestOf(found.data, reading),
    at,
    outcome,
    latencyMs,
    ...(cause === "" ? {} : { detail: cause }),
    ...(after === undefined ? {} : { after }),
  };
  const of = counts === undefined ? {} : { counts: { task, number: counts } };
  return { kind: "ended", sample, key: keyOf(task, number), ...of };
}

/** What has no line belongs to no session that anybody knows. */
const nobodys = { session: null, sessionAt: null, begun: null, chosen: false } as const;

function counted(at: number, fields: unknown, reading: Reading): Told | null {
  const found = countsLine.safeParse(fields);
  if (!found.success) return null;
  const { task, number, beforeAt, ms, lines, counted: kinds } = found.data;
  const samples = kinds.flatMap(({ outcome, requests, took, ...asked }) => {
    const sample: Sample = { ...requestOf({ ...asked, ...nobodys }, reading), at, outcome, latencyMs: 0 };
    if (took === undefined) return [{ ...sample, count: requests }];
    return took.map(([latencyMs, count]) => ({
      ...sample,
      count,
      latencyMs,
      belowMs: aboveShortMs(latencyMs),
    }));
  });
  return { kind: "counts", at, samples, task, number, beforeAt, ms, lines };
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
  of: Pick<Sample, "method" | "tool" | "session" | "sessionAt" | "begun"> & { chosen?: false | undefined },
  { slot, tool }: Reading,
) {
  const { method, session, sessionAt, begun, chosen } = of;
  const analysis = of.tool === tool;
  const known = { slot, method, tool: of.tool, analysis, from: "user" as const, session, sessionAt, begun };
  return chosen === undefined ? known : { ...known, chosen };
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
