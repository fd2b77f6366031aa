import { binomialCdf } from "../rollout/policy/binomial.ts";
import type { Judgement } from "./check.ts";
import { falseAlarmRate, percentText } from "./shares.ts";
import { cleanAnswersToShow } from "./statistics/evidence.ts";

/** From this many on, a share is as good as known, and the exact sum is not worth its time. */
const largeSample = 200_000;

/**
 * Judges a finished count once (a fixed sample, unlike the sequential checks): fails when so many bad ones would come by
 * chance with probability `falseAlarmRate` at most, passes with enough of them and the share seen within the limit.
 */
export function judgeCount(
  bad: number,
  of: number,
  limit: number,
  what: string,
  good: "<" | "<=",
): Pick<Judgement, "verdict" | "samples" | "minimumSamples" | "why"> {
  const minimum = Math.min(cleanAnswersToShow(limit), Number.MAX_SAFE_INTEGER);
  const seen = `${bad} of ${of} ${what} (${percentText(bad, of)})`;
  const base = { samples: of, minimumSamples: minimum };
  if (of === 0) return { ...base, verdict: "inconclusive", why: `no ${what.split(" ")[0]} in the window` };
  const within = good === "<" ? bad / of < limit : bad / of <= limit;
  if (!within && chance(bad, of, limit) <= falseAlarmRate) return { ...base, verdict: "fail", why: seen };
  if (!within) {
    const why = `${seen}: above the limit, but that many come by chance too often to say so`;
    return { ...base, verdict: "inconclusive", why };
  }
  if (of < minimum)
    return { ...base, verdict: "inconclusive", why: `${seen}: ${minimum} are needed to tell` };
  return { ...base, verdict: "pass", why: seen };
}

/** P(at least `bad` bad ones) at the limit. */
function chance(bad: number, of: number, limit: number): number {
  return of >= largeSample ? 0 : 1 - binomialCdf(bad - 1, of, limit);
}
