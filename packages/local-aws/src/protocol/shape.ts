import { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "../error.ts";

/** Input and output of one operation, as the SDK describes them. */
export interface Operation {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Method, path pattern and status of REST operations. */
  readonly http: readonly [string, string, number] | null;
}

type Shapes = Record<string, unknown>;
const known = new WeakMap<object, Map<string, Operation>>();

/** An operation among the exports of an SDK client. Throws AwsError when there is none of that name. */
export function operationOf(shapes: object, name: string): Operation {
  let operations = known.get(shapes);
  if (!operations) known.set(shapes, (operations = new Map()));
  let operation = operations.get(name);
  if (!operation) operations.set(name, (operation = read(shapes as Shapes, name)));
  return operation;
}

function read(shapes: Shapes, name: string): Operation {
  const shape = shapes[`${name}$`];
  if (!Array.isArray(shape)) throw new AwsError("InvalidAction", `There is no operation ${name}.`);
  const [, , , traits, input, output] = shape as [
    unknown,
    unknown,
    unknown,
    unknown,
    () => never,
    () => never,
  ];
  const http = (traits as { http?: [string, string, number] } | 0) || {};
  return {
    name,
    input: NormalizedSchema.of(input),
    output: NormalizedSchema.of(output),
    http: http.http ?? null,
  };
}

/** Members of a structure as name and shape. */
export function membersOf(shape: NormalizedSchema): [string, NormalizedSchema][] {
  return [...shape.structIterator()];
}

/** Name of a member on the wire, when the shape gives it another. */
export function traitOf(shape: NormalizedSchema, trait: string): string | undefined {
  const value = (shape.getMergedTraits() as Record<string, unknown>)[trait];
  return typeof value === "string" ? value : undefined;
}

/** A text of the wire as the simple value its shape asks for. Throws AwsError where AWS would. */
export function fromText(shape: NormalizedSchema, text: string): unknown {
  if (shape.isBooleanSchema()) return text === "true";
  if (shape.isNumericSchema() || shape.isBigIntegerSchema()) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new AwsError("MalformedInput", `"${text}" is not a number.`);
    return value;
  }
  if (shape.isTimestampSchema()) return new Date(/^[\d.]+$/.test(text) ? Number(text) * 1_000 : text);
  if (shape.isBlobSchema()) return Buffer.from(text, "base64");
  return text;
}
