import { readExpression } from "./expression.ts";
import type { Expression, FilterPattern, MemberTest, Selector, Step } from "./pattern.ts";
import type { Reader } from "./reader.ts";
import { readComparison } from "./value.ts";

/** How many regular expressions a pattern of JSON or of fields may hold (CloudWatch Logs, quotas of filter patterns). */
export const mostRegexes = 2;
/** How many selectors with a wildcard a pattern may hold, of which each takes one. */
const mostWildcards = 3;

/** Reads `{ $.a = "b" && … }`. Throws Problem. */
export function readJson(reader: Reader): FilterPattern {
  reader.take("{");
  const condition = readCondition(reader);
  reader.skipBlanks();
  if (!reader.take("}")) throw reader.problem(`"&&", "||" or "}" is missing: ${reader.seen}`);
  reader.skipBlanks();
  if (!reader.ended) throw reader.problem('a pattern of JSON ends with its "}"');
  const tests = testsIn(condition);
  const regexes = tests.filter((test) => test.kind === "compare" && test.comparison.with.kind === "regex");
  if (regexes.length > mostRegexes)
    throw reader.problem(
      `${regexes.length} regular expressions are more than the ${mostRegexes} that CloudWatch takes`,
      0,
    );
  const wildcards = tests.filter(({ of }) => of.some(isWildcard));
  if (wildcards.length > mostWildcards)
    throw reader.problem(
      `${wildcards.length} selectors with a wildcard are more than the ${mostWildcards} that CloudWatch takes`,
      0,
    );
  return { kind: "json", condition };
}

function testsIn(of: Expression<MemberTest>): MemberTest[] {
  return of.kind === "test" ? [of.test] : of.of.flatMap(testsIn);
}

const isWildcard = ({ kind }: Step) => kind === "any-member" || kind === "any-element";

function readCondition(reader: Reader): Expression<MemberTest> {
  return readExpression(reader, () => {
    reader.skipBlanks();
    const open = reader.at;
    if (!reader.take("(")) return { kind: "test", test: readTest(reader) };
    const inner = readCondition(reader);
    reader.skipBlanks();
    if (!reader.take(")")) throw reader.problem(`"(" at character ${open + 1} is not closed: ${reader.seen}`);
    return inner;
  });
}

const booleans = { NULL: null, TRUE: true, FALSE: false } as const;

function readTest(reader: Reader): MemberTest {
  const of = readSelector(reader);
  reader.skipBlanks();
  const at = reader.at;
  const word = reader.match(/[A-Za-z]+(\s+[A-Za-z]+)?/y);
  if (word === null) return { kind: "compare", of, comparison: readComparison(reader) };
  const words = word.replaceAll(/\s+/g, " ");
  if (words === "NOT EXISTS") return { kind: "missing", of };
  const [verb = "", value = ""] = words.split(" ");
  if (verb === "IS" && Object.hasOwn(booleans, value))
    return { kind: "is", of, value: booleans[value as keyof typeof booleans] };
  throw reader.problem(
    `"${words}" is no test: there are IS NULL, IS TRUE, IS FALSE and NOT EXISTS, and comparisons such as = "text"`,
    at,
  );
}

/** Reads `$.a`, `$.a.b-c[0]`, `$.['a.b']`, `$.a[*]`, `$.*`. */
function readSelector(reader: Reader): Selector {
  const start = reader.at;
  if (!reader.take("$")) throw reader.problem(`a selector such as $.a is missing: ${reader.seen}`);
  if (reader.next !== ".") throw reader.problem(`a selector begins with "$.": ${reader.seen}`);
  const steps: Step[] = [];
  while (reader.next === "." || reader.next === "[") steps.push(readStep(reader));
  if (steps.filter(isWildcard).length > 1) throw reader.problem("a selector takes one wildcard", start);
  return steps;
}

function readStep(reader: Reader): Step {
  if (reader.take(".") && reader.next !== "[") {
    if (reader.take("*")) return { kind: "any-member" };
    const name = reader.match(/[A-Za-z0-9_-]+/y);
    if (name !== null) return { kind: "member", name };
    throw reader.problem(`a name is missing: ${reader.seen}`);
  }
  const open = reader.at;
  reader.take("[");
  const step = readInBrackets(reader);
  if (!reader.take("]")) throw reader.problem('a "[" in a selector is not closed', open);
  return step;
}

function readInBrackets(reader: Reader): Step {
  if (reader.take("*")) return { kind: "any-element" };
  const index = reader.match(/\d{1,9}(?!\d)/y);
  if (index !== null) return { kind: "element", index: Number(index) };
  const quoted = reader.match(/'[^']+'|"[^"]+"/y);
  if (quoted !== null) return { kind: "member", name: quoted.slice(1, -1) };
  throw reader.problem(`in brackets stands a number, "*" or a name in quotes: ${reader.seen}`);
}
