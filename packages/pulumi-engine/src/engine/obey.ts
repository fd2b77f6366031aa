/** Acts once a signal is raised, or at once if it has been. Returns how to stop listening. */
export function obey(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal?.aborted === true) act();
  signal?.addEventListener("abort", act);
  return () => signal?.removeEventListener("abort", act);
}
