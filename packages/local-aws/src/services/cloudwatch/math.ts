import { AwsError } from "../../error.ts";
import type { Series } from "./metrics.ts";

type Value = number | Series | Series[];

const token = /\s*(>=|<=|==|!=|&&|\|\||[-+*/^()<>,[\]]|\d+(?:\.\d+)?|"[^"]*"|[A-Za-z_]\w*)/y;

/**
 * Metric math: + - * / ^, comparisons, AND, OR, IF, FILL, SUM, MAX, MIN, AVG, ABS, CEIL, FLOOR and METRICS over series of equal
 * period; any other function is refused by its name. A period that either side of an operator lacks is lacking in the result, as in
 * CloudWatch.
 * @param periods starts of all periods asked for, for FILL
 */
export function evaluate(
  expression: string,
  named: ReadonlyMap<string, Series>,
  periods: readonly number[],
): Series {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const found = token.exec(expression);
    if (!found?.[1]) throw invalid(expression);
    tokens.push(found[1]);
  }
  let at = 0;
  const peek = () => tokens[at];
  const take = (text: string): boolean => (peek() === text ? ((at += 1), true) : false);
  const must = (text: string) => {
    if (!take(text)) throw invalid(expression);
  };

  const levels: readonly (readonly string[])[] = [
    ["||", "OR"],
    ["&&", "AND"],
    ["==", "!=", "<", ">", "<=", ">="],
    ["+", "-"],
    ["*", "/"],
  ];
  const binary = (level: number): Value => {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (let operator = peek(); operator !== undefined && operators.includes(operator); operator = peek()) {
      at++;
      const right = binary(level + 1);
      const apply = functionOf(operator);
      left = join(left, right, apply);
    }
    return left;
  };
  const unary = (): Value => (take("-") ? join(0, unary(), (a, b) => a - b) : power());
  const power = (): Value => {
    const base = primary();
    return take("^") ? join(base, unary(), (a, b) => a ** b) : base;
  };
  const primary = (): Value => {
    const next = tokens[at++];
    if (next === undefined) throw invalid(expression);
    if (next === "(") {
      const inner = binary(0);
      must(")");
      return inner;
    }
    if (next === "[")
      return list("]").flatMap((each) => (each instanceof Map ? [each] : Array.isArray(each) ? each : []));
    if (/^\d/.test(next)) return Number(next);
    if (take("(")) return call(next.toUpperCase(), list(")"));
    const series = named.get(next);
    if (!series)
      throw new AwsError(
        "ValidationError",
        `Error in expression '${expression}': ${next} is no metric of this request`,
      );
    return series;
  };
  const list = (end: string): Value[] => {
    const values: Value[] = [];
    if (take(end)) return values;
    do values.push((peek() ?? "").startsWith('"') ? (at++, 0) : binary(0));
    while (take(","));
    must(end);
    return values;
  };
  const call = (name: string, args: Value[]): Value => {
    const [first = 0, second = 0, third = 0] = args;
    switch (name) {
      case "METRICS":
        return [...named.values()];
      case "FILL":
        return new Map(periods.map((start) => [start, (first as Series).get(start) ?? number(second)]));
      case "IF":
        return choose(first, second, third);
      case "ABS":
        return join(first, 0, (a) => Math.abs(a));
      case "CEIL":
        return join(first, 0, (a) => Math.ceil(a));
      case "FLOOR":
        return join(first, 0, (a) => Math.floor(a));
      case "SUM":
        return over(first, (values) => values.reduce((a, b) => a + b, 0));
      case "MAX":
        return over(first, (values) => Math.max(...values));
      case "MIN":
        return over(first, (values) => Math.min(...values));
      case "AVG":
        return over(first, (values) => values.reduce((a, b) => a + b, 0) / values.length);
      default:
        throw new AwsError(
          "ValidationError",
          `Error in expression '${expression}': ${name} is not part of the local AWS`,
        );
    }
  };
  const result = binary(0);
  if (at < tokens.length) throw invalid(expression);
  return result instanceof Map ? result : new Map(periods.map((start) => [start, number(result)]));
}

const invalid = (expression: string) =>
  new AwsError("ValidationError", `Error in expression '${expression}': it can't be read`);

const number = (value: Value): number => (typeof value === "number" ? value : Number.NaN);

function functionOf(operator: string): (a: number, b: number) => number {
  const table: Record<string, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "<": (a, b) => Number(a < b),
    ">": (a, b) => Number(a > b),
    "<=": (a, b) => Number(a <= b),
    ">=": (a, b) => Number(a >= b),
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
    "&&": (a, b) => Number(a !== 0 && b !== 0),
    AND: (a, b) => Number(a !== 0 && b !== 0),
    "||": (a, b) => Number(a !== 0 || b !== 0),
    OR: (a, b) => Number(a !== 0 || b !== 0),
  };
  return table[operator] as (a: number, b: number) => number;
}

/** Period by period. What is no number, a division by zero above all, is no data point. */
function join(left: Value, right: Value, apply: (a: number, b: number) => number): Value {
  if (typeof left === "number" && typeof right === "number") return apply(left, right);
  const starts = [...(left instanceof Map ? left : (right as Series)).keys()];
  const at = (value: Value, start: number) =>
    typeof value === "number" ? value : (value as Series).get(start);
  const out: Series = new Map();
  for (const start of starts) {
    const a = at(left, start);
    const b = at(right, start);
    if (a === undefined || b === undefined) continue;
    const result = apply(a, b);
    if (Number.isFinite(result)) out.set(start, result);
  }
  return out;
}

function choose(condition: Value, then: Value, otherwise: Value): Value {
  if (!(condition instanceof Map)) return number(condition) === 0 ? otherwise : then;
  const at = (value: Value, start: number) =>
    typeof value === "number" ? value : (value as Series).get(start);
  const out: Series = new Map();
  for (const [start, value] of condition) {
    const chosen = at(value === 0 ? otherwise : then, start);
    if (chosen !== undefined) out.set(start, chosen);
  }
  return out;
}

/** A list of series is reduced period by period; one series to one number for all of its periods. */
function over(value: Value, reduce: (values: number[]) => number): Value {
  if (value instanceof Map) return reduce([...value.values()]);
  if (typeof value === "number") return value;
  const starts = new Set(value.flatMap((series) => [...series.keys()]));
  return new Map(
    [...starts].map((start) => [start, reduce(value.flatMap((series) => series.get(start) ?? []))]),
  );
}
