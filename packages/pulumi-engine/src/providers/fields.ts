/**
 * The shapes of a resource's inputs: what a property may hold and when two of its values mean the same.
 * Names are Pulumi's; a property that is not listed is an error, never ignored.
 */
export type Field =
  | { kind: "text" | "number" | "flag" | "json" | "archive" | "map" }
  | { kind: "list" | "set"; of: Field }
  | ObjectField;

/** An object with known properties, each of its own shape. */
export interface ObjectField {
  kind: "object";
  fields: Record<string, Field>;
  required: readonly string[];
}

/** The shape of a text; a number is none. */
export const text: Field = { kind: "text" };
/** The shape of a finite number; digits in a text are none. */
export const number: Field = { kind: "number" };
/** The shape of true or false; a text that says so is none. */
export const flag: Field = { kind: "flag" };
/** The shape of a text that holds JSON: two of them are the same when they parse to the same value. */
export const json: Field = { kind: "json" };
/** The shape of an asset or archive of Pulumi, such as a function's code. */
export const archive: Field = { kind: "archive" };
/** The shape of a map from text to text, e.g. tags and metric dimensions. */
export const map: Field = { kind: "map" };
/** The shape of a list in an order that counts. */
export const list = (of: Field): Field => ({ kind: "list", of });
/** The shape of a list whose order says nothing. */
export const set = (of: Field): Field => ({ kind: "set", of });
/** The shape of an object with these properties and no others. */
export const object = (fields: Record<string, Field>, required: readonly string[] = []): ObjectField => ({
  kind: "object",
  fields,
  required,
});

/** Properties by name, their shapes not yet known. */
export type Values = Record<string, unknown>;

/** One thing that is wrong with the inputs; `property` is the path of the value. */
export interface Fault {
  property: string;
  reason: string;
}

/** Whether a value is an object with properties, which a list is not. */
export const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Everything that is wrong with a value, each with its path. `isUnknown` values pass: they are judged when known. */
function faultsIn(
  field: Field,
  value: unknown,
  path: string,
  isUnknown: (value: unknown) => boolean,
): Fault[] {
  if (isUnknown(value)) return [];
  const wrong = (wanted: string): Fault[] => [
    { property: path, reason: `expected ${wanted}, got ${shown(value)}` },
  ];
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? [] : wrong("a text");
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? [] : wrong("a number");
    case "flag":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "json":
      return isJson(value) ? [] : wrong("a text that holds JSON");
    case "archive":
      return value === null || value === undefined ? wrong("an archive") : [];
    case "map":
      if (!isObject(value)) return wrong("a map of texts");
      return Object.entries(value).flatMap(([key, each]) =>
        faultsIn(text, each, `${path}.${key}`, isUnknown),
      );
    case "list":
    case "set":
      if (!Array.isArray(value)) return wrong("a list");
      return value.flatMap((each, index) => faultsIn(field.of, each, `${path}[${index}]`, isUnknown));
    case "object":
      return isObject(value) ? faultsInObject(field, value, `${path}.`, isUnknown) : wrong("an object");
    default:
      return field satisfies never;
  }
}

/** Unknown names, missing required ones and faults in each property. `prefix` ends in a dot, or is empty at the top. */
export function faultsInObject(
  shape: Pick<ObjectField, "fields" | "required">,
  values: Values,
  prefix: string,
  isUnknown: (value: unknown) => boolean,
): Fault[] {
  const faults: Fault[] = [];
  for (const name of shape.required)
    if (values[name] === undefined || values[name] === null)
      faults.push({ property: `${prefix}${name}`, reason: "is required and missing" });
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    const field = shape.fields[name];
    if (field === undefined)
      faults.push({
        property: `${prefix}${name}`,
        reason: `is not a property that the rehearsal's AWS provider knows here; it knows ${Object.keys(shape.fields).sort().join(", ")}`,
      });
    else faults.push(...faultsIn(field, value, `${prefix}${name}`, isUnknown));
  }
  return faults;
}

/** Whether two values of a field mean the same: JSON is parsed, sets ignore order, an absent entry equals null. */
export function same(field: Field | undefined, one: unknown, other: unknown): boolean {
  return canonical(field, one) === canonical(field, other);
}

/** A text that is equal for values that mean the same. */
function canonical(field: Field | undefined, value: unknown): string {
  return JSON.stringify(normal(field, value)) ?? "absent";
}

function normal(field: Field | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (field?.kind === "json" && typeof value === "string") return ordered(parsedOr(value));
  if ((field?.kind === "list" || field?.kind === "set") && Array.isArray(value)) {
    const entries = value.map((each) => normal(field.of, each));
    return field.kind === "set" ? entries.sort(byText) : entries;
  }
  if (field?.kind === "object" && isObject(value)) {
    const entries = Object.keys(value).sort();
    return Object.fromEntries(entries.map((key) => [key, normal(field.fields[key], value[key])]));
  }
  return ordered(value);
}

/**
 * The old input as it now is live. Where the live value agrees in everything that the input says, the input stays
 * (AWS adds defaults that nobody asked for); where it differs, the live value takes its place, so that the next `up`
 * sees the drift.
 */
export function adopted(field: Field | undefined, input: unknown, live: unknown): unknown {
  if (live === undefined || input === undefined || same(field, input, live)) return input;
  if (isObject(input) && isObject(live) && field?.kind !== "map") {
    const fields = field?.kind === "object" ? field.fields : {};
    const kept = Object.entries(input).map(([key, value]) => [key, adopted(fields[key], value, live[key])]);
    return Object.fromEntries(kept) as Values;
  }
  if (!Array.isArray(input) || !Array.isArray(live) || input.length !== live.length) return live;
  const of = field?.kind === "list" || field?.kind === "set" ? field.of : undefined;
  if (field?.kind !== "set") return input.map((each, index) => adopted(of, each, live[index]));
  return adoptedSet(of, input, live);
}

/** Pairs the entries of two sets: an entry that finds a live one saying the same stays, the others become the live rest. */
function adoptedSet(of: Field | undefined, input: unknown[], live: unknown[]): unknown[] {
  const rest = [...live];
  const kept: unknown[] = [];
  for (const each of input) {
    const at = rest.findIndex((candidate) => same(of, each, adopted(of, each, candidate)));
    if (at < 0) continue;
    rest.splice(at, 1);
    kept.push(each);
  }
  return [...kept, ...rest];
}

const byText = (one: unknown, other: unknown) => JSON.stringify(one).localeCompare(JSON.stringify(other));

/** Keys sorted at every depth, so that texts of equal values are equal. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const known = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
  return Object.fromEntries(
    known.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, ordered(each)]),
  );
}

function parsedOr(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value; // compared as text
  }
}

function isJson(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function shown(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 80 ? `${written.slice(0, 77)}…` : written;
}
