import { UsageError } from "../../domain/usage-error.ts";
import { causeText, isUnreachable } from "../sources/causes.ts";
import type { Options } from "./options.ts";
import type { Target } from "./target.ts";

const reachWithinMs = 5_000;

/** Nothing answers at the hub's address, so no check can tell anything: exit code 3. */
export class Unreachable extends UsageError {}

/** Reaches the hub's health path once, before anything is asked of it; rejects with a sentence when nobody answers. */
export async function reach(
  { context }: Target,
  { url, healthPath }: Options,
  signal: AbortSignal,
): Promise<void> {
  const time = AbortSignal.timeout(reachWithinMs);
  try {
    await context.sources.probes.get(healthPath, context.slot, AbortSignal.any([signal, time]));
  } catch (error) {
    // A hub that answers slowly or badly is for the checks to judge.
    if (!isUnreachable(error)) return;
    throw new Unreachable(`nothing answers at ${url}: ${causeText(error)}`, `curl -i ${url}${healthPath}`);
  }
}
