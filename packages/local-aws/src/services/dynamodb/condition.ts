import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AwsError } from "../../error.ts";

/** An item of a table, its attributes by name as DynamoDB writes them. */
export type Item = Record<string, AttributeValue>;

interface Names {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

const token = /\s*(<>|<=|>=|[=<>(),]|[#:]?[A-Za-z_][\w.#:]*)/y;

/**
 * Whether an item fulfils a condition expression: comparisons, attribute_exists, attribute_not_exists, begins_with, AND, OR,
 * NOT and parentheses. Throws AwsError for what it can't read, as DynamoDB does.
 */
export function fulfils(item: Item | undefined, expression: string, about: Names): boolean {
  const reader = new Reader(expression);
  const result = or(reader, item ?? {}, about);
  if (!reader.done()) throw invalid(`Syntax error near "${reader.peek()}"`);
  return result;
}

const comparators = new Set(["=", "<>", "<", "<=", ">", ">="]);

const invalid = (why: string) => new AwsError("ValidationException", `Invalid ConditionExpression: ${why}`);

class Reader {
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(text: string) {
    token.lastIndex = 0;
    while (token.lastIndex < text.trimEnd().length) {
      const from = token.lastIndex;
      const found = token.exec(text);
      if (!found?.[1]) throw invalid(`Syntax error near "${text.slice(from, from + 10)}"`);
      this.#tokens.push(found[1]);
    }
  }
  done = () => this.#at >= this.#tokens.length;
  peek = () => this.#tokens[this.#at] ?? "the end";
  next(): string {
    if (this.done()) throw invalid("it ends too early");
    return this.#tokens[this.#at++] as string;
  }
  takes(word: string): boolean {
    if (this.peek().toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }
  must(word: string): void {
    if (!this.takes(word)) throw invalid(`"${word}" is missing near "${this.peek()}"`);
  }
}

function or(reader: Reader, item: Item, about: Names): boolean {
  let result = and(reader, item, about);
  while (reader.takes("OR")) result = and(reader, item, about) || result;
  return result;
}

function and(reader: Reader, item: Item, about: Names): boolean {
  let result = not(reader, item, about);
  while (reader.takes("AND")) result = not(reader, item, about) && result;
  return result;
}

function not(reader: Reader, item: Item, about: Names): boolean {
  return reader.takes("NOT") ? !not(reader, item, about) : single(reader, item, about);
}

function single(reader: Reader, item: Item, about: Names): boolean {
  if (reader.takes("(")) {
    const inner = or(reader, item, about);
    reader.must(")");
    return inner;
  }
  const first = reader.next();
  if (reader.peek() === "(" && !first.startsWith(":")) return called(first, reader, item, about);
  const left = operand(first, item, about);
  const comparator = reader.next();
  if (!comparators.has(comparator)) throw invalid(`Syntax error near "${comparator}"`);
  return compare(left, comparator, operand(reader.next(), item, about));
}

function called(name: string, reader: Reader, item: Item, about: Names): boolean {
  reader.must("(");
  const subject = operand(reader.next(), item, about);
  if (name === "begins_with") {
    reader.must(",");
    const prefix = operand(reader.next(), item, about);
    reader.must(")");
    return subject?.S !== undefined && prefix?.S !== undefined && subject.S.startsWith(prefix.S);
  }
  reader.must(")");
  if (name === "attribute_exists") return subject !== undefined;
  if (name === "attribute_not_exists") return subject === undefined;
  throw invalid(`the function ${name} is not part of the local AWS`);
}

/** A value by its placeholder, or an attribute by its path. */
function operand(text: string, item: Item, { names, values }: Names): AttributeValue | undefined {
  if (text.startsWith(":")) {
    const value = values[text];
    if (value === undefined)
      throw invalid(
        `An expression attribute value used in expression is not defined; attribute value: ${text}`,
      );
    return value;
  }
  if (!/^[#A-Za-z_]/.test(text)) throw invalid(`Syntax error near "${text}"`);
  let at: AttributeValue | undefined = { M: item };
  for (const part of text.split(".")) {
    const name: string | undefined = part.startsWith("#") ? names[part] : part;
    if (name === undefined)
      throw invalid(
        `An expression attribute name used in the document path is not defined; attribute name: ${part}`,
      );
    at = at?.M?.[name];
  }
  return at;
}

function compare(
  left: AttributeValue | undefined,
  comparator: string,
  right: AttributeValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return comparator === "<>" && left !== right;
  const equal =
    JSON.stringify(left) === JSON.stringify(right) ||
    (left.N !== undefined && right.N !== undefined && Number(left.N) === Number(right.N));
  if (comparator === "=") return equal;
  if (comparator === "<>") return !equal;
  const order =
    left.N !== undefined && right.N !== undefined
      ? Number(left.N) - Number(right.N)
      : (left.S ?? "") < (right.S ?? "")
        ? -1
        : equal
          ? 0
          : 1;
  switch (comparator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      throw invalid(`Syntax error near "${comparator}"`);
  }
}
