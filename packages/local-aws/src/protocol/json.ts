import type { NormalizedSchema } from "@smithy/core/schema";
import { membersOf, traitOf } from "./shape.ts";

/** A parsed JSON value as the SDK's type: numbers of seconds become dates, base64 becomes bytes, null is left out. */
export function fromJson(shape: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape.isDocumentSchema()) return value;
  if (shape.isStructSchema()) return structure(shape, value as Record<string, unknown>, fromJson);
  if (shape.isListSchema()) return (value as unknown[]).map((each) => fromJson(shape.getValueSchema(), each));
  if (shape.isMapSchema())
    return mapped(value as Record<string, unknown>, (each) => fromJson(shape.getValueSchema(), each));
  if (shape.isTimestampSchema())
    return new Date(typeof value === "number" ? value * 1_000 : (value as string));
  if (shape.isBlobSchema()) return Buffer.from(value as string, "base64");
  return value;
}

/** The output of an operation as JSON, by its shape. */
export function toJson(shape: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape.isDocumentSchema()) return value;
  if (shape.isStructSchema()) return structure(shape, value as Record<string, unknown>, toJson);
  if (shape.isListSchema()) return (value as unknown[]).map((each) => toJson(shape.getValueSchema(), each));
  if (shape.isMapSchema())
    return mapped(value as Record<string, unknown>, (each) => toJson(shape.getValueSchema(), each));
  if (value instanceof Date) return value.getTime() / 1_000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}

function structure(
  shape: NormalizedSchema,
  from: Record<string, unknown>,
  convert: (shape: NormalizedSchema, value: unknown) => unknown,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const inward = convert === fromJson;
  for (const [name, member] of membersOf(shape)) {
    const wire = traitOf(member, "jsonName") ?? name;
    const value = convert(member, from[inward ? wire : name]);
    if (value !== undefined) out[inward ? name : wire] = value;
  }
  return out;
}

function mapped(
  from: Record<string, unknown>,
  convert: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, convert(value)]));
}
