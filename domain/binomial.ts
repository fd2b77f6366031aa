/**
 * Exact binomial arithmetic, shared by the proof in traffic, the gates and the rehearsal's own observation.
 * Sums of exact terms in log space: good to about 1e-12 for the sample sizes used here (up to a million).
 */

const logFactorials: number[] = [0, 0];

/** ln(n!), tabled as far as it was asked for. */
function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++)
    logFactorials.push((logFactorials[i - 1] as number) + Math.log(i));
  return logFactorials[n] as number;
}

/** P(X = k) of n draws with share p in [0, 1]; k in 0…n. */
function binomialPmf(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(
    logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p),
  );
}

/** P(X ≤ k). Sums the shorter tail. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  let sum = 0;
  if (k <= n * p) {
    for (let i = k; i >= 0; i--) {
      const term = binomialPmf(i, n, p);
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return Math.min(1, sum);
  }
  for (let i = k + 1; i <= n; i++) {
    const term = binomialPmf(i, n, p);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return Math.max(0, 1 - sum);
}

/** Counts k whose both tails, P(X ≤ k) and P(X ≥ k), exceed (1 − confidence) / 2: what n draws at share p may show. */
export function binomialBand(n: number, p: number, confidence = 0.999): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  const mean = Math.round(n * p);
  return { low: lowest(n, p, tail, mean), high: n - lowest(n, 1 - p, tail, n - mean) };
}

/** Smallest k ≤ mean with P(X ≤ k) > tail, found by bisection. */
function lowest(n: number, p: number, tail: number, mean: number): number {
  let below = -1;
  let at = mean;
  while (at - below > 1) {
    const middle = Math.floor((at + below) / 2);
    if (binomialCdf(middle, n, p) > tail) at = middle;
    else below = middle;
  }
  return at;
}
