/** Texts that are themselves between quotation marks: nearly all that stand in a line. */
const plain = /^[\w ./:~-]*$/;
/** A character that is more than one byte in UTF-8. */
const wide = /[\u0080-\uffff]/g;

/** JSON of a value, of characters that are one byte each: the same text to whoever reads it, and cheaper to write. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    wide,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** JSON of a text, in the same way. */
export const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : asciiJson(text));

/** Most names that are remembered: a hub has fewer methods and tools, and a client may call anything. */
const mostRemembered = 1_000;

/** The names that come again and again, quoted: to look one up costs less than to quote it anew. */
export class QuotedNames {
  readonly #known = new Map<string, string>();

  of(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const text = quoted(name);
    if (this.#known.size < mostRemembered) this.#known.set(name, text);
    return text;
  }
}
