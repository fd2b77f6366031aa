import { ShareEvidence, cleanAnswersToShow, evidenceWithin } from "../../domain/share-evidence.ts";
import type { Judgement } from "../core/reading.ts";
import type { Sample } from "../logs/sample.ts";
import { type Answers, total } from "./answers.ts";

/**
 * A sequential check of a share raises at most this share of false alarms per bake on a release exactly at its limit, however often
 * it looks. One that is as good as half the limit is failed in far fewer than one of 10,000 bakes: so the absolute limits of all
 * checks and steps of a rollout together stay below what comparisons may take of the one in a thousand (docs/checks.md).
 */
export const falseAlarmRate = 1 / 250;

/** A release whose share is at its limit or above is taken for one within it in at most this share of bakes, however often one looks. */
export const wrongPassRate = 1 / 20;

/** Whether answers show by themselves that the share of bad ones is within the limit, and not only that nothing speaks against it. */
export function isShown(answers: readonly Answers[], limit: number): boolean {
  return evidenceWithin(limit, total(answers)) >= 1 / wrongPassRate;
}

/** A share judgement: what can be said of a share of bad answers beside its limit. */
export interface ShareJudgement {
  verdict: Judgement["verdict"];
  answers: number;
  bad: number;
  /** How many times over the evidence outweighs "within the limit", at its highest. */
  evidence: number;
  why: string;
}

/**
 * Judges the share of bad answers against a limit (a share), in the order in which they came: fails as soon as the evidence is 1/falseAlarmRate, passes
 * with enough answers and the share seen within the limit, else cannot tell.
 */
export function judgeShare(answers: readonly Answers[], limit: number, what: string): ShareJudgement {
  const { answers: count, bad } = total(answers);
  const minimum = cleanAnswersToShow(limit);
  const seen = `${bad} of ${count} ${what} (${percentText(bad, count)})`;
  if (limit <= 0 || limit >= 1) return judgeExtreme(limit, count, bad, seen);

  const evidence = new ShareEvidence(limit);
  let highest = 1;
  for (const together of answers) highest = Math.max(highest, evidence.addTogether(together));
  const result = { answers: count, bad, evidence: highest };
  const limitText = `limit ${round(limit * 100)} %`;

  if (highest >= 1 / falseAlarmRate) {
    const odds = `evidence ${weight(highest)} to 1, where ${1 / falseAlarmRate} to 1 is enough`;
    return { ...result, verdict: "fail", why: `${seen}, ${limitText}: ${odds}` };
  }
  if (count < minimum) {
    const missing = `${minimum} without one would show it`;
    return { ...result, verdict: "inconclusive", why: `${seen}, ${limitText}: too few to tell, ${missing}` };
  }
  if (bad / count < limit) return { ...result, verdict: "pass", why: `${seen}, ${limitText}` };
  const doubt = `not within the limit, and evidence ${weight(highest)} to 1 is not enough to fail it`;
  return { ...result, verdict: "inconclusive", why: `${seen}, ${limitText}: ${doubt}` };
}

function judgeExtreme(limit: number, answers: number, bad: number, seen: string): ShareJudgement {
  const result = { answers, bad, evidence: 1 };
  if (limit >= 1) {
    const verdict = answers > 0 ? "pass" : "inconclusive";
    return { ...result, verdict, why: `${seen}, any share is within the limit` };
  }
  if (bad > 0) return { ...result, verdict: "fail", why: `${seen}, and none is allowed` };
  return { ...result, verdict: "inconclusive", why: `${seen}: no number of answers can show a share of 0` };
}

const weight = (evidence: number) =>
  evidence >= 1_000_000 ? "over a million" : evidence >= 10 ? evidence.toFixed(0) : evidence.toFixed(1);

const round = (of: number) => Number(of.toFixed(2));

/** The text of a share in percent; without answers there is no share. */
export function percentText(part: number, of: number): string {
  return of === 0 ? "no share" : `${round((100 * part) / of)} %`;
}

/**
 * A pass where not all that a slot's tasks counted is in its log cannot be told: what is missing may be what is bad. A failure stands,
 * for of a second that is not all there nothing is counted.
 * @param lost such seconds
 */
export function unlessLost<J extends Pick<Judgement, "verdict" | "why">>(judged: J, lost: number): J {
  if (lost === 0 || judged.verdict !== "pass") return judged;
  const seconds = lost === 1 ? "a second of one task is" : `${lost} seconds of tasks are`;
  return { ...judged, verdict: "inconclusive", why: `${judged.why}; ${seconds} not all in the log` };
}

/** A few words on the bad answers: the commonest cause first. */
export function commonest(samples: readonly Sample[]): string {
  const counts = new Map<string, number>();
  for (const { detail } of samples)
    if (detail !== undefined) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top === undefined ? "" : `; mostly: ${top[0]}`;
}
