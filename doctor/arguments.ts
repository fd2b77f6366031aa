/** A JSON schema, as far as values are made from it; what a hub says of itself is not trusted to be one. */
interface Schema {
  readonly type?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly examples?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly minLength?: unknown;
  readonly minItems?: unknown;
  readonly pattern?: unknown;
  readonly format?: unknown;
}

/** The least that a tool takes, made from its schema: what it requires, and nothing else. Null: it can't be guessed. */
export function argumentsFor(schema: unknown): Record<string, unknown> | null {
  const { properties, required } = schemaOf(schema);
  const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
  const values = names.map((name) => [name, valueFor(schemaOf(properties)[name as keyof Schema])] as const);
  return values.some(([, value]) => value === undefined) ? null : Object.fromEntries(values);
}

/** The word that stands for any text. */
const word = "ping";

/** Undefined: nothing can be guessed. */
function valueFor(given: unknown): unknown {
  const schema = schemaOf(given);
  const { enum: among, examples, anyOf, oneOf } = schema;
  const stated = [schema.default, schema.const, firstOf(among), firstOf(examples)];
  const said = stated.find((value) => value !== undefined);
  if (said !== undefined) return said;
  const forms = [anyOf, oneOf].flatMap((of) => (Array.isArray(of) ? (of as unknown[]) : []));
  return forms.length > 0 ? forms.map(valueFor).find((value) => value !== undefined) : ofType(schema);
}

function ofType(schema: Schema): unknown {
  const type = Array.isArray(schema.type) ? (schema.type[0] as unknown) : schema.type;
  switch (type) {
    case "string":
      return isPlain(schema) ? word : undefined;
    case "number":
    case "integer":
      return numberFor(schema);
    case "boolean":
      return false;
    case "array":
      return Number(schema.minItems ?? 0) > 0 ? undefined : [];
    case "object":
      return argumentsFor(schema) ?? undefined;
    default:
      return undefined;
  }
}

/** Any text will do. */
const isPlain = ({ pattern, format, minLength }: Schema): boolean =>
  pattern === undefined && format === undefined && Number(minLength ?? 0) <= word.length;

function numberFor({ minimum, maximum }: Schema): number {
  const least = typeof minimum === "number" ? minimum : -Infinity;
  const most = typeof maximum === "number" ? maximum : Infinity;
  return Math.min(Math.max(1, least), most);
}

const firstOf = (of: unknown): unknown => (Array.isArray(of) ? (of[0] as unknown) : undefined);

const schemaOf = (of: unknown): Schema => (typeof of === "object" && of !== null ? of : {});
