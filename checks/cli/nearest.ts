/** The name that somebody may have meant, as a question to put behind an error; empty where none is near. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const wanted = typed.toLowerCase();
  const by = names.map((name) => ({ name, edits: editsBetween(wanted, name.toLowerCase()) }));
  const [best] = by.toSorted((a, b) => a.edits - b.edits);
  if (best === undefined) return "";
  const near = best.edits <= Math.max(1, Math.floor(best.name.length / 3));
  const begun =
    wanted.length >= 3 && best.edits > 0 ? names.find((name) => name.startsWith(wanted)) : undefined;
  const meant = near ? best.name : begun;
  return meant === undefined ? "" : `did you mean ${meant}?`;
}

/** How many letters have to be put in, taken out, changed or swapped with the next one (optimal string alignment). */
export function editsBetween(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    const above = rows[i - 1] as number[];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          (above[j] as number) + 1,
          (row[j - 1] as number) + 1,
          (above[j - 1] as number) + same,
          ...(swapped ? [((rows[i - 2] as number[])[j - 2] as number) + 1] : []),
        ),
      );
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
