/**
 * How many times the bad requests of sessions vary as much as they would by chance alone (Pearson's dispersion, at least 1). Where
 * nearly all are bad chance leaves nothing to vary: then a session counts as one request.
 */
export function clumping(sessions: readonly { readonly requests: number; readonly bad: number }[]): number {
  const requests = sessions.reduce((sum, of) => sum + of.requests, 0);
  const share = sessions.reduce((sum, of) => sum + of.bad, 0) / requests;
  if (share > 0.9) return Math.max(1, requests / sessions.length);
  const squares = sessions.reduce(
    (sum, of) => sum + (of.bad - of.requests * share) ** 2 / (of.requests * share * (1 - share)),
    0,
  );
  return Math.max(1, squares / (sessions.length - 1));
}
