import type { Value } from "../core/reading.ts";

/** A value for people: numbers with two decimals, nothing and no number in words. */
export function shown(of: Value): string {
  if (of === null) return "nothing";
  if (typeof of !== "number") return String(of);
  if (!Number.isFinite(of)) return "no number";
  return String(Number(of.toFixed(2)));
}

/** A duration for people, in milliseconds or seconds. */
export function took(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
