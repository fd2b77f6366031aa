import type {
  Comparison,
  Expression,
  Field,
  Fields,
  FilterPattern,
  MemberTest,
  Operator,
  Selector,
  Step,
  Value,
} from "./pattern.ts";
import { isNumeric } from "./value.ts";

/** Whether a line fits a pattern, as CloudWatch Logs documents it. */
export function fits(pattern: FilterPattern, line: string): boolean {
  switch (pattern.kind) {
    case "every":
      return true;
    case "regex":
      return pattern.regex.test(line);
    case "terms":
      return (
        pattern.all.every((term) => line.includes(term)) &&
        !pattern.none.some((term) => line.includes(term)) &&
        (pattern.any.length === 0 || pattern.any.some((term) => line.includes(term)))
      );
    case "json":
      return fitsJson(pattern.condition, line);
    case "fields":
      return fitsFields(pattern, line);
    default:
      return pattern satisfies never;
  }
}

function holds<Test>(of: Expression<Test>, test: (one: Test) => boolean): boolean {
  if (of.kind === "test") return test(of.test);
  return of.kind === "all"
    ? of.of.every((part) => holds(part, test))
    : of.of.some((part) => holds(part, test));
}

/** A line that is no JSON fits none of these patterns, not even one that asks for a missing member. */
function fitsJson(condition: Expression<MemberTest>, line: string): boolean {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return false; // the pattern asks for JSON, and the line is none
  }
  return holds(condition, (test) => fitsMember(test, json));
}

function fitsMember(test: MemberTest, json: unknown): boolean {
  const found = select(test.of, json);
  if (test.kind === "missing") return found.length === 0;
  if (test.kind === "is") return found.some((value) => value === test.value);
  // A comparison is with a text or a number: anything else, and what is missing, fits neither "=" nor "!=".
  return found.some(
    (value) => (typeof value === "string" || typeof value === "number") && compares(test.comparison, value),
  );
}

/** Every value that a selector leads to; more than one with a wildcard, none when there is no such member. */
function select(selector: Selector, json: unknown): unknown[] {
  return selector.reduce<unknown[]>((values, step) => values.flatMap((value) => take(step, value)), [json]);
}

function take(step: Step, value: unknown): unknown[] {
  switch (step.kind) {
    case "element":
      return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
    case "any-element":
      return Array.isArray(value) ? value : [];
    case "member":
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case "any-member":
      return isObject(value) ? Object.values(value) : [];
    default:
      return step satisfies never;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function compares({ operator, with: wanted }: Comparison, value: string | number): boolean {
  if (operator === "=") return equals(wanted, value);
  if (operator === "!=") return !equals(wanted, value);
  return wanted.kind === "number" && isOrdered(operator, numberOf(value), wanted.number);
}

function equals(wanted: Value, value: string | number): boolean {
  const text = String(value);
  switch (wanted.kind) {
    case "text":
      return text === wanted.text;
    case "number":
      return text === wanted.text || numberOf(value) === wanted.number;
    case "part":
      return fitsPart(wanted, text);
    case "regex":
      return wanted.regex.test(text);
    default:
      return wanted satisfies never;
  }
}

function fitsPart({ text, open }: { text: string; open: "start" | "end" | "both" }, value: string): boolean {
  if (open === "both") return value.includes(text);
  return open === "start" ? value.endsWith(text) : value.startsWith(text);
}

/** NaN where a text is no number. */
function numberOf(value: string | number): number {
  return typeof value === "number" || isNumeric(value) ? Number(value) : Number.NaN;
}

function isOrdered(operator: Exclude<Operator, "=" | "!=">, left: number, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      return operator satisfies never;
  }
}

function fitsFields({ first, last }: Fields, line: string): boolean {
  const found = splitFields(line);
  if (first.length + (last?.length ?? 0) > found.length) return false;
  if (last === null) {
    const texts = found.slice(0, first.length).map(({ text }) => text);
    // Without "..." the last field takes what is left, however many fields that is.
    if (found.length > first.length)
      texts[first.length - 1] = line.slice(found[first.length - 1]?.at).trimEnd();
    return first.every((field, at) => fitsField(field, texts[at] ?? ""));
  }
  const end = found.slice(found.length - last.length);
  return (
    first.every((field, at) => fitsField(field, found[at]?.text ?? "")) &&
    last.every((field, at) => fitsField(field, end[at]?.text ?? ""))
  );
}

function fitsField({ condition }: Field, text: string): boolean {
  return condition === null || holds(condition, (comparison) => compares(comparison, text));
}

/** Fields of a line, each with its place; brackets and double quotes around one are left out. */
function splitFields(line: string): { text: string; at: number }[] {
  const fields: { text: string; at: number }[] = [];
  const bracket = closing(line, "]");
  const quote = closing(line, '"');
  const word = /\S+/g;
  for (let found = word.exec(line); found !== null; found = word.exec(line)) {
    const at = found.index;
    const end = line[at] === "[" ? bracket(at + 1) : line[at] === '"' ? quote(at + 1) : -1;
    const whole = end !== -1 && /^\s?$/.test(line.charAt(end + 1));
    fields.push({ at, text: whole ? line.slice(at + 1, end) : found[0] });
    if (whole) word.lastIndex = end + 1;
  }
  return fields;
}

/** Finds a sign from places that only rise; -1 where there is none. Looks at each character once. */
function closing(line: string, sign: string): (from: number) => number {
  let found = 0;
  return (from) => {
    if (found !== -1 && found < from) found = line.indexOf(sign, from);
    return found;
  };
}
