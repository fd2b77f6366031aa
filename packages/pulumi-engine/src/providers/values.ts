import type { PropertyMap } from "../engine/provider.ts";

/**
 * A copy that the wire can carry: no undefined, no null, no dates. Pulumi turns a Date into `{}` and fails on undefined.
 * Strings of JSON, bytes and numbers stay as they are.
 */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.filter(isPresent).map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => isPresent(each));
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]));
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

/** Properties as `plain` copies them. */
export const propertyMap = (values: Record<string, unknown>): PropertyMap => plain(values) as PropertyMap;

/** A value that AWS takes as text; objects travel as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
