/** The most characters that a comment on a pull request may have (GitHub). */
const commentLimit = 65_536;
/** A comment that says more of the resources than this is read by nobody, and leaves room for what is said of the rest. */
const reserve = 512;

/**
 * A pull request's comment: the plan on top, what changes of the resources folded below it. What does not fit is left out in whole
 * sections, and that is said.
 * @param diff what `pulumi preview --diff` printed
 */
export function planComment(markdown: string, diff: string, limit: number = commentLimit): string {
  const room = limit - markdown.length - reserve;
  const sections = sectionsOf(diff.replaceAll("\r", "").trimEnd());
  const { kept, left } = cut(sections, room);
  const rest = left === 0 ? "" : `\n\n${left} more of ${sections.length} sections are in the job's log.`;
  const fence = "`".repeat(Math.max(3, longestFence(diff) + 1));
  const folded =
    kept.length === 0
      ? ""
      : `<details><summary>Resources</summary>\n\n${fence}diff\n${kept.join("\n")}\n${fence}\n\n</details>`;
  const below = `${folded}${rest}`.trim();
  return below === "" ? markdown : `${markdown}\n${below}\n`;
}

/** A resource begins a section: its line is indented by four spaces at most, and says what becomes of it. */
function sectionsOf(diff: string): string[] {
  if (diff === "") return [];
  const sections: string[][] = [[]];
  for (const line of diff.split("\n")) {
    if (/^ {0,4}\S{1,2} ?[a-z0-9-]+:\S+: \(/i.test(line)) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
}

function cut(sections: readonly string[], room: number): { kept: string[]; left: number } {
  const kept: string[] = [];
  let used = 0;
  for (const section of sections) {
    used += section.length + 1;
    if (used > room) break;
    kept.push(section);
  }
  return { kept, left: sections.length - kept.length };
}

const longestFence = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
