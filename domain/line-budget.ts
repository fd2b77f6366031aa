/** How much of its users' requests a task writes lines for. All of them by default until they are too many. */
export interface LineBudget {
  /** Requests a second up to which each has a line for as long as it likes. */
  readonly full: number;
  /** Lines beyond that which a task may write before it counts: a burst is told of line by line. */
  readonly spare: number;
  /** Once it counts: lines a second of chosen sessions, at most. */
  readonly chosen: number;
  /** Once it counts: lines a second of requests of other sessions that did not end well. */
  readonly bad: number;
  /** Once it counts: requests that a line of open ones names. */
  readonly open: number;
}

/**
 * The budget of every task. At 20 lines a second a task's log costs $11 a month (docs/cost.md); a rehearsal's tasks stay within what
 * is spare, so that its witness finds each request by its line.
 */
export const lineBudget: LineBudget = { full: 20, spare: 20_000, chosen: 10, bad: 20, open: 20 };

/** Of how many sessions one is chosen at so many requests a second: a power of two. */
export function everyAt(perSecond: number, { chosen }: Pick<LineBudget, "chosen">): number {
  let every = 1;
  while (perSecond / every > chosen) every *= 2;
  return every;
}

/**
 * A time to two digits, rounded down: 1.234 s is 1200 ms. Whether one is below a limit of two digits, such as 2000 ms, is told as
 * well by its short form.
 * @param ms whole milliseconds or parts of them, not below 0
 */
export function shortMs(ms: number): number {
  const step = stepOf(ms);
  return Math.floor(ms / step) * step;
}

/** A time to two digits, rounded up: whether one is above a limit of two digits is told as well by this. Milliseconds. */
export function shortUpMs(ms: number): number {
  const step = stepOf(ms);
  return Math.ceil(ms / step) * step;
}

/** Below what all times lie that have this short form, milliseconds. */
export const aboveShortMs = (short: number): number => short + stepOf(short);

function stepOf(ms: number): number {
  let step = 1;
  while (ms >= step * 100) step *= 10;
  return step;
}
