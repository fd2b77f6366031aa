/** Full jitter below 100 ms · 2ⁿ, at most 2 s. */
export function backOffMs(tries: number, random: number): number {
  return Math.round(Math.min(2_000, 100 * 2 ** tries) * random);
}

/**
 * The same, at most half a second: one call that is refused nine times in a row, which half of all calls throttled bring
 * about in one rollback of fifty, then takes 2 s and not 6.
 */
export function shortBackOffMs(tries: number, random: number): number {
  return Math.min(Math.round(500 * random), backOffMs(tries, random));
}
