import type { Way } from "./ways.ts";

/**
 * An identical release is failed by all comparisons of a rollout together with at most this chance, however often they are looked at
 * and however many there are.
 */
export const comparisonAlarmRate = 8e-4;

/**
 * From this part of what is enough on a release is suspected: it is not let go on before it was watched for longer. Evidence goes so
 * far for a hundred times as many identical releases as it goes all the way: at most 8 of 100 are watched for longer once.
 */
export const suspicion = 0.01;

/** What of that chance each way gets. */
export const shareOfWay: Readonly<Record<Way, number>> = {
  fault: 0.2,
  "tool-error": 0.2,
  "client-fault": 0.2,
  late: 0.3,
  withdrawn: 0.05,
  refused: 0.05,
  "not-ok": 0.7,
};
/** So many methods and tools, the first to come, share nearly all of the chance evenly: a hub has about as many. */
const evenGroups = 16;
const evenShare = 0.95;

/** What of the chance the k-th method or tool gets, from 0 on: all of them together no more than 1, however many come. */
export function shareOfGroup(index: number): number {
  if (index < evenGroups) return evenShare / evenGroups;
  const beyond = index - evenGroups + 1;
  return (1 - evenShare) / (beyond * (beyond + 1));
}
