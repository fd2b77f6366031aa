import type { Reader } from "./reader.ts";

/** What may stand in an expression beside letters and digits; a blank stands in AWS's own examples. */
const symbols = ":_#=@/;,- ";
const operators = "^$?[]{}|\\*+.";
/** Most repetitions of a `{m,n}` here. */
const mostTimes = 1_000;

/**
 * Reads `%…%`, the part of regular expressions that CloudWatch takes: no groups, no multi-byte characters, no other symbols
 * than those above (`\xhh` stands for one). Throws Problem.
 */
export function readRegex(reader: Reader): RegExp {
  reader.take("%");
  let source = "";
  let alternative = "";
  for (;;) {
    if (reader.ended) throw reader.problem('a regular expression has no "%" at its end');
    const ends = reader.next === "%";
    if (!ends && reader.next !== "|") {
      alternative += readPiece(reader);
      continue;
    }
    if (alternative === "") throw reader.problem("a regular expression matches nothing here");
    source += alternative;
    alternative = "";
    reader.at += 1;
    if (ends) return new RegExp(source, "su");
    source += "|";
  }
}

/** An anchor, or a character with how often it may come. */
function readPiece(reader: Reader): string {
  if (reader.next === "^" || reader.next === "$") {
    const anchor = reader.next;
    reader.at += 1;
    if (/[*+?{]/.test(reader.next)) throw reader.problem(`"${anchor}" cannot be repeated`);
    return anchor;
  }
  const atom = reader.next === "[" ? readClass(reader) : readAtom(reader);
  const times = readTimes(reader);
  if (times !== "" && /[*+?{]/.test(reader.next)) throw reader.problem("a repetition is repeated");
  return atom + times;
}

function readAtom(reader: Reader): string {
  if (reader.take(".")) return ".";
  if (reader.next === "\\") return readEscape(reader).source;
  if (operators.includes(reader.next))
    throw reader.problem(`"${reader.next}" stands alone: write \\${reader.next}`);
  return exactly(readCharacter(reader));
}

/** One of the characters that an expression may hold as themselves. */
function readCharacter(reader: Reader): string {
  const { next } = reader;
  if (next === "(" || next === ")")
    throw reader.problem(`a regular expression takes no "${next}": write ${exactly(next)}`);
  if (next > "\x7f") throw reader.problem("a regular expression takes no multi-byte characters");
  if (!isPlain(next) && !operators.includes(next))
    throw reader.problem(`a regular expression takes no ${JSON.stringify(next)}: write ${exactly(next)}`);
  reader.at += 1;
  return next;
}

const isPlain = (character: string) => /^[A-Za-z0-9]$/.test(character) || symbols.includes(character);

/** A character as itself, whatever it means elsewhere. */
const exactly = (character: string) =>
  /^[A-Za-z0-9]$/.test(character)
    ? character
    : `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** What a backslash and the next characters stand for; `character` is null where that is a class of them. */
function readEscape(reader: Reader): { source: string; character: string | null } {
  const kind = reader.match(/\\[dDsSwW]/y);
  if (kind !== null) return { source: kind, character: null };
  const code = reader.match(/\\x[0-7][0-9A-Fa-f]/y);
  if (code !== null) return one(String.fromCharCode(Number.parseInt(code.slice(2), 16)));
  const escaped = reader.text.charAt(reader.at + 1);
  if (escaped === "" || /^[A-Za-z0-9]$/.test(escaped) || !(isPlain(escaped) || operators.includes(escaped)))
    throw reader.problem(
      escaped === "(" || escaped === ")"
        ? `a regular expression takes no "${escaped}": write ${exactly(escaped)}`
        : "a backslash is followed by an operator, a symbol, d, D, s, S, w, W or xhh",
    );
  reader.at += 2;
  return one(escaped);
}

const one = (character: string) => ({ source: exactly(character), character });

/** `[…]`: characters, ranges of them, and classes such as \d. */
function readClass(reader: Reader): string {
  const start = reader.at;
  reader.take("[");
  let source = reader.take("^") ? "[^" : "[";
  const first = reader.at;
  while (!reader.take("]")) {
    if (reader.ended || reader.next === "%") throw reader.problem('a "[" has no "]"', start);
    source += readRange(reader);
  }
  if (reader.at === first + 1) throw reader.problem('there is nothing between "[" and "]"', start);
  return `${source}]`;
}

function readRange(reader: Reader): string {
  const at = reader.at;
  const from = readMember(reader);
  const isRange = reader.next === "-" && reader.text.charAt(reader.at + 1) !== "]";
  if (!isRange || from.character === null) return from.source;
  reader.at += 1;
  const to = readMember(reader);
  if (to.character === null || to.character < from.character)
    throw reader.problem(`${reader.text.slice(at, reader.at)} is no range`, at);
  return `${from.source}-${to.source}`;
}

function readMember(reader: Reader): { source: string; character: string | null } {
  if (reader.ended || reader.next === "%") throw reader.problem('a "[" has no "]"');
  return reader.next === "\\" ? readEscape(reader) : one(readCharacter(reader));
}

/** `*`, `+`, `?`, `{m}`, `{m,}`, `{,n}` or `{m,n}`; empty where none of them comes next. */
function readTimes(reader: Reader): string {
  const sign = reader.match(/[*+?]/y);
  if (sign !== null) return sign;
  if (reader.next !== "{") return "";
  const at = reader.at;
  const [, least = "", comma = "", most = ""] =
    /^\{(\d{0,6})(,?)(\d{0,6})\}$/.exec(reader.match(/\{[^}%]*\}/y) ?? "") ?? [];
  if (least === "" && most === "")
    throw reader.problem('"{" begins a repetition such as {2}, {2,}, {,3} or {2,3}', at);
  if (comma !== "" && most !== "" && Number(most) < Number(least))
    throw reader.problem(`{${least},${most}} repeats at least ${least} times and at most ${most}`, at);
  if (Math.max(Number(least), Number(most)) > mostTimes)
    throw reader.problem(`more than ${mostTimes} repetitions are not supported here`, at);
  return `{${Number(least)}${comma}${most === "" ? "" : Number(most)}}`;
}
