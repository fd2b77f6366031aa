/** Longest line for people, characters. */
export const columns = 100;

/** Lines of a text of at most so many columns, each indented; a longer word stays whole. */
export function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => " ".repeat(indent) + line).join("\n");
}

/** The beginning of a text in at most so many characters, up to the end of a word; what was left out shows that it was. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const begun = text.slice(0, Math.max(0, most - 2));
  const whole = /\s/.test(text[begun.length] ?? "") ? begun : begun.replace(/\S*$/, "");
  return `${whole
    .trimEnd()
    .replace(/[,;:·(]+$/, "")
    .trimEnd()} …`.trimStart();
}
