import { nameOf } from "./matrix.ts";
import type { Cell, CellResult } from "./play.ts";

/** From so many percentage points on, users are so much worse off than on live that no release is kept. */
const mostPoints = 10;
/** A fault of all calls of a place is over after so many bad answers, or so many seconds after the first. */
const ofAllCalls = { badAnswers: 15, seconds: 5 } as const;
/** Of a tool's calls one in ten is bad: most bad answers in all but one of twenty rollouts. */
const ofTenth = { badAnswers: 30, inAllBut: 0.05 } as const;

/** What the matrix promises and these results of one cell do not hold, a sentence each; empty: they hold all. */
export function brokenBy(results: readonly CellResult[]): string[] {
  const [first] = results;
  if (first === undefined) return [];
  return [...new Set(results.flatMap(brokenByOne)), ...tooManyOf(first, results)];
}

function brokenByOne(of: CellResult): string[] {
  const { kind, share, outcome, usersHurt, liveHurt, badAnswers, seconds } = of;
  const name = nameOf(of);
  const found: string[] = [];
  if (liveHurt > 0) found.push(`${name}: ${liveHurt} % of live's requests were hurt`);
  if (kind === "compressed")
    return outcome === "kept" ? found : [...found, `${name}: ${outcome}, and no user is hurt`];
  // By the share itself where chance gave a little less.
  if (outcome === "kept" && (usersHurt - liveHurt >= mostPoints || share * 100 >= mostPoints))
    found.push(`${name}: kept, with users worse off by ${usersHurt} points`);
  const late = badAnswers > ofAllCalls.badAnswers && (seconds ?? 0) > ofAllCalls.seconds;
  if (share === 1 && outcome !== "kept" && late)
    found.push(`${name}: ${outcome} after ${badAnswers} bad answers and ${seconds?.toFixed(1)} s`);
  return found;
}

function tooManyOf(cell: Cell, results: readonly CellResult[]): string[] {
  const isTenthOfTool = cell.share === 0.1 && ["analysis", "other-tool"].includes(cell.where);
  if (!isTenthOfTool || cell.kind === "compressed") return [];
  const beyond = results.filter(({ badAnswers }) => badAnswers > ofTenth.badAnswers).length;
  if (beyond <= ofTenth.inAllBut * results.length) return [];
  const most = Math.max(...results.map(({ badAnswers }) => badAnswers));
  const what = `more than ${ofTenth.badAnswers} bad answers in ${beyond} of ${results.length} rollouts, ${most} at most`;
  return [`${nameOf(cell)}: ${what}`];
}
