/**
 * What a filter pattern of CloudWatch Logs says, as it was read. The syntax is AWS's, "Filter pattern syntax for metric filters,
 * subscription filters, filter log events, and Live Tail"; `parse.ts` reads it, `fits.ts` holds it against lines.
 */
export type FilterPattern =
  /** Fits every line: an empty pattern, the phrase `" "`, an empty list of fields. */
  | { readonly kind: "every" }
  | Terms
  /** A regular expression, anywhere in the line. */
  | { readonly kind: "regex"; readonly regex: RegExp }
  /** Fits lines that are one JSON value. */
  | { readonly kind: "json"; readonly condition: Expression<MemberTest> }
  | Fields;

/**
 * Texts of a line, case-sensitive and wherever they stand: `ERROR` is in `ERRORCODE` too (AWS's own example of a single term, as
 * `Exception` in `IllegalArgumentException` is of two).
 */
interface Terms {
  readonly kind: "terms";
  /** Each of them must be there. */
  readonly all: readonly string[];
  /** None of them may be there. */
  readonly none: readonly string[];
  /** One of them must be there. Beside other terms CloudWatch ignores these; then there are none here. */
  readonly any: readonly string[];
}

/** Fields of a line, between blanks; what stands in brackets or in double quotes is one. */
export interface Fields {
  readonly kind: "fields";
  readonly first: readonly Field[];
  /** Fields at the line's end, after `...`; null: there is no `...`, and the last field holds the rest of the line. */
  readonly last: readonly Field[] | null;
}

/** One field of a pattern in brackets, with the test that its text must pass. */
export interface Field {
  /** Null: it has none. */
  readonly name: string | null;
  /** Null: any text will do. */
  readonly condition: Expression<Comparison> | null;
}

/** Tests joined by `&&` and `||`. */
export type Expression<Test> =
  | { readonly kind: "all" | "any"; readonly of: readonly Expression<Test>[] }
  | { readonly kind: "test"; readonly test: Test };

/** A question about members of a JSON line. */
export type MemberTest =
  | { readonly kind: "compare"; readonly of: Selector; readonly comparison: Comparison }
  | { readonly kind: "is"; readonly of: Selector; readonly value: null | boolean }
  | { readonly kind: "missing"; readonly of: Selector };

/** The way from the line's JSON value to a member: `$.a[0].*`. */
export type Selector = readonly Step[];
/** One step into a JSON value: a member by name, an element by its index from 0, or any of either (`*`). */
export type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "element"; readonly index: number }
  | { readonly kind: "any-member" }
  | { readonly kind: "any-element" };

/**
 * The comparisons of the syntax, in the order in which a reader tries them: `<=` before `<`. Those of order hold between
 * numbers only.
 */
export const operators = ["=", "!=", "<=", ">=", "<", ">"] as const;
/** A comparison of the syntax. */
export type Operator = (typeof operators)[number];

/** A test against a value: the line's own stands left of the operator. */
export interface Comparison {
  readonly operator: Operator;
  readonly with: Value;
}

/** The right side of a comparison. */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  /** A text with a `*` at its start, its end or both. */
  | { readonly kind: "part"; readonly text: string; readonly open: "start" | "end" | "both" }
  /** A number, and how it was written. */
  | { readonly kind: "number"; readonly number: number; readonly text: string }
  | { readonly kind: "regex"; readonly regex: RegExp };
