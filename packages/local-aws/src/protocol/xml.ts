import type { NormalizedSchema } from "@smithy/core/schema";
import { membersOf, traitOf } from "./shape.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** Text as XML takes it in elements and attributes. A carriage return is escaped too: a parser would make a newline of it. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (character) => escapes[character] as string);
}

/** The members of a structure as elements, in the shape's order. */
export function members(shape: NormalizedSchema, value: Record<string, unknown>): string {
  return membersOf(shape)
    .map(([name, member]) => element(member, value[name], traitOf(member, "xmlName") ?? name))
    .join("");
}

/** One value as an element; nothing for undefined. */
export function element(shape: NormalizedSchema, value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (shape.isListSchema()) return list(shape, value as unknown[], name);
  if (shape.isMapSchema()) return map(shape, value as Record<string, unknown>, name);
  if (shape.isStructSchema()) return `<${name}>${members(shape, value as Record<string, unknown>)}</${name}>`;
  return `<${name}>${escape(text(value))}</${name}>`;
}

function list(shape: NormalizedSchema, values: readonly unknown[], name: string): string {
  const each = shape.getValueSchema();
  if (shape.getMergedTraits().xmlFlattened === 1)
    return values.map((value) => element(each, value, name)).join("");
  const inner = traitOf(each, "xmlName") ?? "member";
  return `<${name}>${values.map((value) => element(each, value, inner)).join("")}</${name}>`;
}

function map(shape: NormalizedSchema, values: Record<string, unknown>, name: string): string {
  const key = traitOf(shape.getKeySchema(), "xmlName") ?? "key";
  const inner = traitOf(shape.getValueSchema(), "xmlName") ?? "value";
  const entries = Object.entries(values).map(
    ([at, value]) =>
      `<entry><${key}>${escape(at)}</${key}>${element(shape.getValueSchema(), value, inner)}</entry>`,
  );
  return `<${name}>${entries.join("")}</${name}>`;
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return String(value);
}
