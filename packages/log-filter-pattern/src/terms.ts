import type { FilterPattern } from "./pattern.ts";
import type { Reader } from "./reader.ts";
import { readRegex } from "./regex.ts";
import { readQuoted } from "./value.ts";

/**
 * Reads terms between blanks: `a "a phrase" -c`, or `?a ?b`, or one `%regular expression%`. Throws Problem.
 */
export function readTerms(reader: Reader): FilterPattern {
  const found = { all: [] as string[], none: [] as string[], any: [] as string[] };
  if (reader.next === "%") return readAlone(reader);
  for (; !reader.ended; reader.skipBlanks()) {
    const role = reader.take("?") ? "any" : reader.take("-") ? "none" : "all";
    found[role].push(readTerm(reader, role));
    if (!reader.ended && !/\s/.test(reader.next))
      throw reader.problem(
        `a term ends here, and ${reader.seen}: put it in double quotes, or a blank between two`,
      );
  }
  const { all, none, any } = found;
  // In AWS's words: beside other terms, "all question mark terms will be ignored".
  const others = all.length + none.length > 0;
  // A blank phrase is AWS's example of a pattern that matches everything.
  const wanted = all.filter((term) => term.trim() !== "");
  if (wanted.length + none.length === 0 && (all.length > 0 || any.some((term) => term.trim() === "")))
    return { kind: "every" };
  return { kind: "terms", all: wanted, none, any: others ? [] : any };
}

function readTerm(reader: Reader, role: "all" | "none" | "any"): string {
  const at = reader.at;
  if (reader.next === '"') {
    const phrase = readQuoted(reader);
    if (phrase === "") throw reader.problem('there is nothing between the quotes: " " fits every line', at);
    return phrase;
  }
  if (reader.next === "%")
    throw reader.problem("a regular expression stands alone, or in a pattern of JSON or of fields");
  const term = reader.match(/[A-Za-z0-9_]+/y);
  if (term !== null) return term;
  if (role === "all") throw reader.problem(`${reader.seen}, which stands in double quotes only`);
  throw reader.problem(`"${role === "any" ? "?" : "-"}" has no term after it: ${reader.seen}`);
}

function readAlone(reader: Reader): FilterPattern {
  const regex = readRegex(reader);
  reader.skipBlanks();
  if (!reader.ended)
    throw reader.problem("a regular expression stands alone, or in a pattern of JSON or of fields");
  return { kind: "regex", regex };
}
