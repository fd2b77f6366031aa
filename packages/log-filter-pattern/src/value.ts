import { type Comparison, type Operator, type Value, operators } from "./pattern.ts";
import type { Problem, Reader } from "./reader.ts";
import { readRegex } from "./regex.ts";

/** Whether a text is a number as AWS writes it: with a sign, a fraction and an exponent, or without. */
export function isNumeric(text: string): boolean {
  return /^[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?$/.test(text);
}

/** Reads an operator and what it compares with. Throws Problem. */
export function readComparison(reader: Reader): Comparison {
  reader.skipBlanks();
  const at = reader.at;
  const operator = operators.find((one) => reader.take(one));
  if (operator === undefined)
    throw reader.problem(`an operator (${operators.join(", ")}) is missing: ${reader.seen}`);
  if (reader.next === "=") throw reader.problem(`"${operator}=" is no operator`, at);
  reader.skipBlanks();
  const value = readValue(reader);
  if (isOrder(operator) && value.kind !== "number")
    throw reader.problem(`"${operator}" compares with a number`, at);
  return { operator, with: value };
}

const isOrder = (operator: Operator) => operator !== "=" && operator !== "!=";

function readValue(reader: Reader): Value {
  const at = reader.at;
  if (reader.next === '"') return textOrPart(readQuoted(reader), reader, at);
  if (reader.next === "%") return { kind: "regex", regex: readRegex(reader) };
  const word = reader.match(/[A-Za-z0-9_.*+-]+/y) ?? "";
  if (!ends.test(reader.next)) throw quotesWanted(reader, reader.next, at);
  if (word === "") throw reader.problem(`a value is missing: ${reader.seen}`);
  if (isNumeric(word)) return { kind: "number", number: Number(word), text: word };
  const sign = /[+-]/.exec(word)?.[0];
  if (sign !== undefined) throw quotesWanted(reader, sign, at);
  return textOrPart(word, reader, at);
}

/** What may come after a value without quotes. */
const ends = /^([\s)\]},&|]|$)/;

function quotesWanted(reader: Reader, sign: string, at: number): Problem {
  return reader.problem(`a value with ${JSON.stringify(sign)} in it stands in double quotes`, at);
}

/**
 * A `*` at a text's start or end stands for any text. Inside one it does not: AWS's documentation has called it an ordinary
 * character there and says nothing today, so it is refused rather than guessed.
 */
function textOrPart(text: string, reader: Reader, at: number): Value {
  const start = text.startsWith("*");
  const end = text.endsWith("*") && text.length > 1;
  const inner = text.slice(start ? 1 : 0, end ? -1 : undefined);
  if (inner.includes("*"))
    throw reader.problem(
      'a "*" stands at the start or the end of a value: inside one use a regular expression, %a.*b%',
      at,
    );
  if (!start && !end) return { kind: "text", text };
  return {
    kind: "part",
    text: inner,
    open: start && (end || inner === "") ? "both" : start ? "start" : "end",
  };
}

/** Reads a text in double quotes; `\"` and `\\` stand for the second character. Throws Problem. */
export function readQuoted(reader: Reader): string {
  const start = reader.at;
  reader.take('"');
  let text = "";
  while (!reader.take('"')) {
    if (reader.ended) throw reader.problem("a double quote is not closed", start);
    if (reader.next === "\\" && !/\\["\\]/y.test(reader.text.slice(reader.at, reader.at + 2)))
      throw reader.problem(
        'in double quotes a backslash stands before a double quote or a backslash: write "\\\\" for one',
      );
    reader.take("\\");
    text += reader.next;
    reader.at += 1;
  }
  return text;
}
