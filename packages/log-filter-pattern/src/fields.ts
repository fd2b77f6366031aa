import { readExpression } from "./expression.ts";
import { mostRegexes } from "./json.ts";
import type { Comparison, Expression, Field, FilterPattern } from "./pattern.ts";
import type { Reader } from "./reader.ts";
import { readComparison } from "./value.ts";

/** Reads `[a, b = *x*, ..., c > 400]`. Throws Problem. */
export function readFields(reader: Reader): FilterPattern {
  reader.take("[");
  const entries = readEntries(reader);
  reader.skipBlanks();
  if (!reader.ended) throw reader.problem('a pattern of fields ends with its "]"');
  const rest = entries.indexOf("...");
  if (rest !== entries.lastIndexOf("...")) throw reader.problem('a pattern of fields takes one "..."', 0);
  const fields = entries.filter((entry) => entry !== "...");
  refuseTwice(reader, fields);
  if (fields.length === 0) return { kind: "every" };
  return rest === -1
    ? { kind: "fields", first: fields, last: null }
    : { kind: "fields", first: fields.slice(0, rest), last: fields.slice(rest) };
}

function refuseTwice(reader: Reader, fields: readonly Field[]): void {
  const names = fields.flatMap(({ name }) => name ?? []);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw reader.problem(`two fields are named ${twice}`, 0);
  const regexes = fields.flatMap(({ condition }) => (condition === null ? [] : comparisonsIn(condition)));
  const count = regexes.filter(({ with: { kind } }) => kind === "regex").length;
  if (count > mostRegexes)
    throw reader.problem(
      `${count} regular expressions are more than the ${mostRegexes} that CloudWatch takes`,
      0,
    );
}

function comparisonsIn(of: Expression<Comparison>): Comparison[] {
  return of.kind === "test" ? [of.test] : of.of.flatMap(comparisonsIn);
}

function readEntries(reader: Reader): (Field | "...")[] {
  const entries: (Field | "...")[] = [];
  reader.skipBlanks();
  if (reader.take("]")) return entries;
  for (;;) {
    entries.push(readEntry(reader));
    reader.skipBlanks();
    if (reader.take("]")) return entries;
    if (!reader.take(",")) throw reader.problem(`"," or "]" is missing: ${reader.seen}`);
  }
}

function readEntry(reader: Reader): Field | "..." {
  reader.skipBlanks();
  if (reader.take("...")) return "...";
  if (reader.next === "…") throw reader.problem('the rest of the fields is three dots, "..."');
  const name = reader.match(/[A-Za-z_][A-Za-z0-9_]*/y);
  reader.skipBlanks();
  if (reader.ended || reader.next === "," || reader.next === "]") return { name, condition: null };
  if (name === null) throw reader.problem(`the name of a field is missing: ${reader.seen}`);
  let isFirst = true;
  const condition = readExpression<Comparison>(reader, () => {
    if (!isFirst) readAgain(reader, name);
    isFirst = false;
    return { kind: "test", test: readComparison(reader) };
  });
  return { name, condition };
}

/** A further test of a field names it again. */
function readAgain(reader: Reader, name: string): void {
  reader.skipBlanks();
  const at = reader.at;
  const again = reader.match(/[A-Za-z_][A-Za-z0-9_]*/y);
  if (again !== name)
    throw reader.problem(
      `a test of the field ${name} names it again: ${again === null ? reader.seen : `there is ${again}`}`,
      at,
    );
}
