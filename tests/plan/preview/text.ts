/**
 * What `pulumi preview` printed, without what is another in each run: lines of progress, the order in which resources were
 * reached, and how many points of the pre-deployment record are open, which depends on today.
 */
export function settled(printed: string): string {
  const lines = printed.split("\n").map((line) => line.trimEnd());
  const end = lines.indexOf("Diagnostics:");
  const above = lines.slice(0, end).filter((line) => line !== "" && !line.startsWith("@"));
  const [headline = "", ...resources] = above;
  const below = lines.slice(end).map((line) => line.replace(/\d+ open in the/, "… open in the"));
  return `${[headline, "", ...reached(resources), "", ...below].join("\n").trimEnd()}\n`;
}

/** Each resource once, as its last line has it, by type and name. What a line says of it stands below it, too. */
function reached(lines: readonly string[]): string[] {
  const last = new Map<string, string>();
  for (const line of lines) {
    const [, step = line] = /^( \S+ +\S+ \S+ \S+)/.exec(line) ?? [];
    last.set(step, step);
  }
  return [...last.keys()].toSorted();
}
