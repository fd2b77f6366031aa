import damerauLevenshtein from "damerau-levenshtein";

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

/** How many letters have to be put in, taken out, changed or swapped with the next one. */
export const editsBetween = (from: string, to: string): number => damerauLevenshtein(from, to).steps;
