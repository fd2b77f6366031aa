import type { Metrics } from "./metrics.ts";

/** Bounds of the embedded metric format (CloudWatch, embedded metric format specification). */
const mostMetrics = 100;
const mostDimensions = 30;
const mostValues = 100;
const longestName = 1_024;
const longestDimension = 250;
/** How old a sample may be and how far ahead of the clock, in milliseconds (PutMetricData API reference). */
const oldestMs = 14 * 86_400_000;
const aheadMs = 2 * 3_600_000;

type Members = Readonly<Record<string, unknown>>;

interface Directive {
  readonly namespace: string;
  readonly dimensions: readonly (readonly string[])[];
  readonly names: readonly string[];
}

/** A line of a log group, whichever it is and whoever wrote it. */
export interface LoggedLine {
  readonly group: string;
  readonly text: string;
  /** When it came, milliseconds since 1970. */
  readonly now: number;
}

/**
 * Takes the metrics of a line in the embedded metric format. Any line of any log group of the standard class is looked at: there
 * is no asking who wrote it. One that is not to the letter of the format gives no metric and is counted as an error of its group.
 */
export function takeEmbedded(metrics: Metrics, { group, text, now }: LoggedLine): void {
  if (!text.includes("_aws")) return;
  const members = objectIn(text);
  const about = members && asMembers(members["_aws"]);
  if (!members || !about || !("CloudWatchMetrics" in about)) return; // a log line that only looks like one
  const refuse = (name: string) =>
    metrics.put({ namespace: "AWS/Logs", name, dimensions: { LogGroupName: group } }, now, 1);
  const at = about["Timestamp"];
  const directives = directivesOf(about["CloudWatchMetrics"]);
  if (!Number.isSafeInteger(at) || directives === null) return refuse("EMFParsingErrors");
  const samples = directives.flatMap((directive) => samplesOf(directive, members) ?? [null]);
  if (samples.includes(null) || (at as number) < now - oldestMs || (at as number) > now + aheadMs)
    return refuse("EMFValidationErrors");
  for (const sample of samples)
    if (sample !== null) metrics.put(sample.metric, at as number, sample.value, sample.count);
}

/** What a directive takes out of a line; null: a member that it names is none of the kind it should be. */
function samplesOf({ namespace, dimensions, names }: Directive, members: Members) {
  const sets = dimensions.map((set) => set.map((name) => [name, members[name]] as const));
  if (sets.flat().some(([, value]) => typeof value !== "string" || value === "")) return null;
  const values = names.map((name) => [name, valuesIn(members[name])] as const);
  if (values.some(([, found]) => found === null)) return null;
  return sets.flatMap((set) =>
    values.flatMap(([name, found]) => {
      const metric = { namespace, name, dimensions: Object.fromEntries(set) as Record<string, string> };
      return (found ?? []).map(({ value, count }) => ({ metric, value, count }));
    }),
  );
}

/** Numbers, each once, or, in a histogram, as often as its counts say; null for anything else. */
function valuesIn(member: unknown): { readonly value: number; readonly count: number }[] | null {
  const histogram = asMembers(member);
  const values = numbersIn(histogram === null ? member : histogram["Values"]);
  if (histogram === null || values === null) return values?.map((value) => ({ value, count: 1 })) ?? null;
  const counts = numbersIn(histogram["Counts"]);
  if (counts === null || counts.length !== values.length || counts.some((count) => count <= 0)) return null;
  return values.map((value, at) => ({ value, count: counts[at] ?? 0 }));
}

/** One number or up to a hundred; null for anything else. */
function numbersIn(value: unknown): number[] | null {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > mostValues || !all.every((one) => typeof one === "number")) return null;
  return all;
}

function directivesOf(value: unknown): Directive[] | null {
  if (!Array.isArray(value)) return null;
  const read = value.map((one) => directiveIn(asMembers(one)));
  return read.includes(null) ? null : (read as Directive[]);
}

function directiveIn(of: Members | null): Directive | null {
  const { Namespace: namespace, Dimensions: dimensions, Metrics: asked } = of ?? {};
  if (!isName(namespace, longestName) || !Array.isArray(dimensions) || !Array.isArray(asked)) return null;
  const sets = dimensions.every(
    (set) =>
      Array.isArray(set) &&
      set.length <= mostDimensions &&
      set.every((name) => isName(name, longestDimension)),
  );
  const names = asked.map((one) => asMembers(one)?.["Name"]);
  if (dimensions.length === 0 || !sets || names.length > mostMetrics) return null;
  if (!names.every((name) => isName(name, longestName))) return null;
  return { namespace, dimensions: dimensions as string[][], names };
}

const isName = (value: unknown, longest: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= longest;

function objectIn(text: string): Members | null {
  try {
    return asMembers(JSON.parse(text));
  } catch {
    return null;
  }
}

const asMembers = (value: unknown): Members | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : null;
