/** A field in which two answers differ. */
export interface Difference {
  /** `elasticloadbalancing.DescribeRules Rules[].Priority`; the part after the space is empty for the answer as a whole. */
  readonly at: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Fields that are made up by whoever answers: only their shape is compared, and each is remembered under the other's name. */
const madeUp =
  /(?:arn|arns|id|ids|dnsname|hostedzoneid|accesskeyid|secretaccesskey|sessiontoken|token|revisionid|sha256|location|digest|versionid)$/i;
/** Fields that hold a time, or something that depends on it. */
const timed = /(?:at|date|time|timestamp|expiration|until|lastmodified)$/i;

/** What depends on how long a deployment has taken by then: alarms are evaluated in between. */
const paced = /^(?:StateReason|StateReasonData|StateTransitionedTimestamp)$/;

/** Compares two answers to one call field by field, and learns which of their names mean the same. */
export class Comparison {
  readonly differences: Difference[] = [];
  /** The other's names by ours. */
  readonly names: Map<string, string>;
  fields = 0;
  readonly #call: string;

  constructor(call: string, names: Map<string, string>) {
    this.#call = call;
    this.names = names;
  }

  compare(ours: unknown, theirs: unknown): readonly Difference[] {
    this.#walk("", "", plain(ours), plain(theirs));
    return this.differences;
  }

  #walk(path: string, field: string, ours: unknown, theirs: unknown): void {
    if (Array.isArray(ours) && Array.isArray(theirs)) return this.#lists(path, field, ours, theirs);
    if (isRecord(ours) && isRecord(theirs)) {
      for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)]))
        this.#walk(path === "" ? key : `${path}.${key}`, key, ours[key], theirs[key]);
      return;
    }
    if (paced.test(field)) return;
    this.fields++;
    if (isHollow(ours) && isHollow(theirs)) return;
    if (ours === undefined || theirs === undefined) return this.#differ(path, ours, theirs);
    if (timed.test(field) && typeof ours === typeof theirs) return;
    if (typeof ours === "string" && typeof theirs === "string") {
      if (madeUp.test(field) || this.names.has(ours)) {
        // Before it is learned: afterwards ours would be theirs.
        const form = shape(this.#renamed(ours));
        this.#learn(ours, theirs);
        if (form !== shape(theirs)) this.#differ(path, ours, theirs);
      } else if (this.#renamed(ours) !== theirs && !sameJson(this.#renamed(ours), theirs))
        this.#differ(path, ours, theirs);
    } else if (ours !== theirs) this.#differ(path, ours, theirs);
  }

  /** Lists whose order AWS does not promise are compared in an order of their own. */
  #lists(path: string, field: string, ours: unknown[], theirs: unknown[]): void {
    const a = ours.toSorted((one, two) => byShape(rename(one, this.names), rename(two, this.names)));
    const b = theirs.toSorted(byShape);
    if (ours.length === 0 || theirs.length === 0) {
      if (ours.length !== theirs.length) this.#differ(path, ours, theirs);
      return;
    }
    if (ours.length !== theirs.length && !keyed(ours) && !keyed(theirs))
      this.#differ(`${path}[]`, `${ours.length} members`, `${theirs.length} members`);
    if (keyed(ours) || keyed(theirs)) return this.#walk(path, field, byKey(ours), byKey(theirs));
    for (const [index, member] of a.entries())
      if (index < theirs.length) this.#walk(`${path}[]`, field, member, b[index]);
  }

  #learn(ours: string, theirs: string): void {
    if (ours !== theirs && ours.length > 3 && !this.names.has(ours)) this.names.set(ours, theirs);
  }

  #renamed(text: string): string {
    return rename(text, this.names);
  }

  #differ(path: string, ours: unknown, theirs: unknown): void {
    this.differences.push({ at: `${this.#call} ${path}`, ours, theirs });
  }
}

/** A text or whatever holds texts, with our names replaced by theirs, the longest first. */
export function rename<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (typeof value === "string") {
    let text: string = value;
    for (const [ours, theirs] of [...names].toSorted(([a], [b]) => b.length - a.length))
      text = text.replaceAll(ours, theirs);
    return text as T;
  }
  if (Array.isArray(value)) return value.map((member: unknown) => rename(member, names)) as T;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rename(member, names)])) as T;
}

/**
 * What is left of a made-up name: its form. Every made-up part keeps its alphabet and its length, so that an ARN or an id of
 * another kind, or a shorter one, is told.
 */
export function shape(text: string): string {
  return (
    text
      .replaceAll(/(?<=:)\d{12}(?=:|$)/g, "<account>")
      .replace(/(?<=:secret:.*-)[0-9A-Za-z]{6}$/, "<any 6>")
      // Numbers have no length of their own: zeros that one might begin with are not written.
      .replaceAll(/(?<=ecs-svc\/)\d+|(?<![0-9a-zA-Z])\d{40,}(?![0-9a-zA-Z])/g, "<number>")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
      .replaceAll(
        /(?<=[-/:_.]|^)[0-9a-zA-Z+/=]{8,}(?=[-/:_.]|$)/g,
        (part) => `<${alphabet(part)} ${part.length}>`,
      )
      .replaceAll(/(?<=[-/:_.]|^)\d+(?=[-/:_.]|$)/g, "<number>")
  );
}

/** The narrowest alphabet that a part is certain to be of. */
function alphabet(part: string): string {
  if (/^[0-9a-f]+$/.test(part)) return "hex";
  if (/^[0-9A-Z]+$/.test(part)) return "capitals";
  if (/^[0-9a-z]+$/.test(part)) return "small";
  return "any";
}

/** Times lose their value, policies their percent signs, and maps whose keys are made up become lists. */
function plain(value: unknown): unknown {
  if (value === null) return undefined;
  if (value instanceof Date) return "a time";
  if (typeof value === "string" && value.startsWith("%7B")) return decodeURIComponent(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer as ArrayBuffer).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === "VersionIdsToStages" && isRecord(member) ? Object.values(member) : plain(member),
    ]),
  );
}

/** Nothing, an empty list and an empty map say the same. */
function isHollow(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isHollow);
}

/** Lists of `{Key, Value}` are maps. */
const keyNames = ["Key", "key", "name"] as const;
function keyed(list: readonly unknown[]): boolean {
  return list.every(
    (member) =>
      isRecord(member) &&
      Object.keys(member).length <= 2 &&
      keyNames.some((key) => key in member) &&
      ("Value" in member || "value" in member),
  );
}
function byKey(list: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    (list as Record<string, unknown>[]).map((member) => [
      String(member["Key"] ?? member["key"] ?? member["name"]),
      member["Value"] ?? member["value"],
    ]),
  );
}

/** An order that made-up names do not change: by the form of each text. */
function byShape(a: unknown, b: unknown): number {
  const [one, two] = [a, b].map((value) => `${sortText(value)} ${JSON.stringify(sorted(value))}`) as [
    string,
    string,
  ];
  return one === two ? 0 : one < two ? -1 : 1;
}
const sortText = (value: unknown): string =>
  JSON.stringify(sorted(value), (_key, member: unknown) =>
    typeof member === "string" ? shape(member).replaceAll(/<[^>]*>/g, "#") : member,
  ) ?? "";

function sameJson(a: string, b: string): boolean {
  if (!a.startsWith("{") && !a.startsWith("[")) return false;
  try {
    return JSON.stringify(sorted(JSON.parse(a))) === JSON.stringify(sorted(JSON.parse(b)));
  } catch {
    return false;
  }
}
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
