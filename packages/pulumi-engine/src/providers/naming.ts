import { createHash } from "node:crypto";
import type { Fault, Values } from "./fields.ts";
import type { Naming } from "./kind.ts";

/** Random hexadecimal digits at the end of a generated name, as Pulumi gives. */
const digits = 7;

/** A resource that may want a name, its inputs, and the bytes that a new one is made from. */
export interface NameRequest {
  naming: Naming;
  logicalName: string;
  news: Values;
  /** Inputs of the last run; empty for a new resource and for a replacement. */
  olds: Values;
  seed: Uint8Array;
}

/** The name for a resource whose program gave none: the last run's, or a new one. Undefined: the program gave one. */
export function generatedName(request: NameRequest): { name?: string; fault?: Fault } {
  const { naming, logicalName, news, olds, seed } = request;
  const { property, prefix, max, suffix = "" } = naming;
  if (news[property] !== undefined && news[property] !== null) return {};
  const wanted = prefix === undefined ? undefined : news[prefix];
  const samePrefix = prefix === undefined || olds[prefix] === news[prefix];
  const known = olds[property];
  if (typeof known === "string" && samePrefix && isGenerated(olds, property)) return { name: known };
  const start = typeof wanted === "string" ? wanted : `${logicalName}-`;
  const name =
    start + createHash("sha256").update(seed).update(start).digest("hex").slice(0, digits) + suffix;
  if (name.length <= max) return { name: naming.lower === true ? name.toLowerCase() : name };
  const reason = `cannot be generated: ${start}… with ${digits} random digits is longer than the ${max} characters AWS takes; give the resource a logical name of at most ${max - digits - suffix.length - 1} characters`;
  return { fault: { property, reason } };
}

/** Whether the value of a property was filled in, not given by the program. */
export function isGenerated(inputs: Values, property: string): boolean {
  return Array.isArray(inputs.__defaults) && inputs.__defaults.includes(property);
}
