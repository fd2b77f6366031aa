import type { ForeseenCheck } from "../../domain/foreseen.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { limits } from "../../domain/limits.ts";
import type { Bake } from "../../domain/plan.ts";
import { logErrors } from "../gate/log-errors.ts";
import type { Check } from "./check.ts";
import { findChecks } from "./registry.ts";

/** What tells how much a gate's checks need. */
type Facts = Pick<SwitchInputs, "commands" | "logErrorPatterns" | "thresholds">;

/**
 * What a gate's checks will need before they can tell.
 * @param bake null: at weight 0, where nobody is waited for
 * @param advisory names of those that decide nothing
 */
export function foreseeGate(
  names: readonly string[],
  facts: Facts,
  bake: Bake | null,
  advisory: readonly string[] = [],
): { readonly checks: ForeseenCheck[]; readonly longestMs: number } {
  const found = names.map((name) => foreseeCheck(name, facts, bake, advisory.includes(name)));
  return {
    checks: found.map(({ check }) => check),
    longestMs: Math.max(0, ...found.map(({ timeoutMs }) => timeoutMs)),
  };
}

function foreseeCheck(
  name: string,
  facts: Facts,
  bake: Bake | null,
  advisory: boolean,
): { check: ForeseenCheck; timeoutMs: number } {
  let check: Check;
  try {
    [check] = findChecks([name], facts.commands) as [Check];
  } catch (error) {
    // Pulumi's own check of the inputs refuses it with the same sentence.
    const cannotTell = (error as Error).message;
    const check = { check: name, minimumSamples: null, probed: false, advisory, cannotTell };
    return { check, timeoutMs: 0 };
  }
  const minimum = check.minimumSamples(facts.thresholds);
  const minimumSamples = Number.isFinite(minimum) ? minimum : null;
  const probed = check.probes !== null;
  const cannotTell = whyNot(check, facts, bake);
  const foreseen = { check: check.name, minimumSamples, probed, advisory, cannotTell };
  return { check: foreseen, timeoutMs: check.timeoutMs };
}

/** Why a check will not be able to tell, as far as its limit, its sources and the time it has say it. */
function whyNot(check: Check, { thresholds, logErrorPatterns }: Facts, bake: Bake | null): string | null {
  const minimum = check.minimumSamples(thresholds);
  if (!Number.isFinite(minimum)) return `no number of answers shows ${check.limitText(thresholds)}`;
  if (check.name === logErrors.name && logErrorPatterns.length === 0)
    return "no error patterns are configured: set hub.logErrorPatterns";
  const most = bake === null ? Infinity : (limits.probesPerSecond * probingMs(bake)) / 1_000;
  if (check.probes !== null && minimum > most)
    return `it needs ${minimum} samples, and own probes bring ${Math.floor(most)} in the bake at most: hold the weight longer`;
  return null;
}

/** A bake that may pass sooner has own probes only when six tenths of it are over. */
const probingMs = ({ min, max }: Bake): number => (min < max ? 0.4 * max : max);
