import { binomialCdf } from "../../domain/binomial.ts";
import { cleanAnswersToShow } from "../../domain/share-evidence.ts";
import type { Judgement } from "../core/reading.ts";
import { falseAlarmRate, percentText } from "./shares.ts";

/** From this many on, a share is as good as known, and the exact sum is not worth its time. */
const largeSample = 200_000;

/**
 * Judges a finished count once (a fixed sample, unlike the sequential checks): fails when so many bad ones would come by
 * chance with probability `falseAlarmRate` at most, passes with enough of them and the share seen within the limit.
 * @param bad how many of `of` are bad; null, like `of`: nobody told
 * @param limit a share
 * @param what what was counted, its noun first: "requests were server faults"
 */
export function judgeCount(
  bad: number | null,
  of: number | null,
  limit: number,
  what: string,
  good: "<" | "<=",
): Pick<Judgement, "verdict" | "samples" | "minimumSamples" | "why"> {
  const minimum = Math.min(cleanAnswersToShow(limit), Number.MAX_SAFE_INTEGER);
  const base = { samples: of ?? 0, minimumSamples: minimum };
  const cannotTell = (why: string) => ({ ...base, verdict: "inconclusive", why }) as const;
  if (bad !== null && bad > (of ?? 0))
    return cannotTell(`${bad} of ${of ?? 0} ${what}: these are not counts of the same ${nounOf(what)}`);
  if (of === null || of === 0) return cannotTell(`no ${nounOf(what)} in the window`);
  if (bad === null) return cannotTell(`nothing tells how many of ${of} ${what}`);
  const seen = `${bad} of ${of} ${what} (${percentText(bad, of)})`;
  const within = good === "<" ? bad / of < limit : bad / of <= limit;
  if (!within && chance(bad, of, limit) <= falseAlarmRate) return { ...base, verdict: "fail", why: seen };
  if (!within)
    return cannotTell(`${seen}: above the limit, but that many come by chance too often to say so`);
  if (of < minimum) return cannotTell(`${seen}: ${minimum} are needed to tell`);
  return { ...base, verdict: "pass", why: seen };
}

const nounOf = (what: string) => what.split(" ")[0];

/** P(at least `bad` bad ones) at the limit. */
function chance(bad: number, of: number, limit: number): number {
  return of >= largeSample ? 0 : 1 - binomialCdf(bad - 1, of, limit);
}
