import { ShareEvidence } from "../../domain/share-evidence.ts";
import { falseAlarmRate } from "./shares.ts";

/** More answers than a bake is likely to see. */
const mostAnswers = 10_000;

/**
 * After how many answers a share fails its limit when one of every `period` is bad, evenly, the first of each; null: not within 10,000.
 * @param limit the share of bad answers that is still good
 */
export function answersToFail(limit: number, period: number): number | null {
  if (limit >= 1) return null;
  if (limit <= 0) return 1;
  const evidence = new ShareEvidence(limit);
  for (let answer = 1; answer <= mostAnswers; answer++)
    if (evidence.add((answer - 1) % period === 0) >= 1 / falseAlarmRate) return answer;
  return null;
}
