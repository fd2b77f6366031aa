/** Lines of a text that another has in their place. */
export interface ChangedLines {
  /** Number of the first line that differs, from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What one edit of a text changed, to whole lines; null: nothing. */
export function changedLines(before: string, after: string): ChangedLines | null {
  if (before === after) return null;
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let same = 0;
  while (same < Math.min(old.length, fresh.length) && old[same] === fresh[same]) same++;
  let tail = 0;
  const room = Math.min(old.length, fresh.length) - same;
  while (tail < room && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  return {
    line: same + 1,
    removed: old.slice(same, old.length - tail),
    added: fresh.slice(same, fresh.length - tail),
  };
}

/** Changed lines as a diff shows them. */
export const diffText = ({ line, removed, added }: ChangedLines, file: string): string =>
  [`@@ ${file}:${line}`, ...removed.map((one) => `-${one}`), ...added.map((one) => `+${one}`)].join("\n");
