/** Counts whose both tails exceed 0.05 %: what so many draws may show when each is a hit with this probability. */
export function binomialBand(draws: number, share: number): { low: number; high: number } {
  return { low: lowest(draws, share), high: draws - lowest(draws, 1 - share) };
}

const tail = 0.000_5;

/** The smallest count that so many or fewer hits are likelier than the tail to stay within. Logarithms: the first terms are tiny. */
function lowest(draws: number, share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return draws;
  let term = draws * Math.log1p(-share);
  let sum = Math.exp(term);
  let count = 0;
  while (sum <= tail) {
    term += Math.log(((draws - count) / (count + 1)) * (share / (1 - share)));
    sum += Math.exp(term);
    count++;
  }
  return count;
}
