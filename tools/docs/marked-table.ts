/** A page with a generated table put between its marks. Throws when the page at `path` has no place for it. */
export function withTable(
  text: string,
  { begin, end, path }: { begin: string; end: string; path: string },
  table: string,
): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has no place for the table`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}
