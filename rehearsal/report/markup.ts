const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that somebody else may have said, for HTML: in an element or an attribute in double quotes. */
export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** An id for the page out of words; the same for the same words. */
export const idOf = (...words: readonly (string | number)[]): string =>
  words.join("-").replaceAll(/[^a-zA-Z0-9]+/g, "-");

/** A table that scrolls by itself where it is too wide, under a caption; a reader's keys reach it. */
export function table(caption: string, heads: readonly string[], rows: readonly string[], kind = ""): string {
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join("");
  return `<div class="scroll ${kind}" role="region" tabindex="0" aria-label="${escape(caption)}"><table>
<caption>${escape(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

/** A row whose first cell names it. */
export const row = (first: string, cells: readonly string[], attributes = ""): string =>
  `<tr${attributes}><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
