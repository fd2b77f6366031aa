import type { z } from "zod";

/** What a value must be, by the name that the schema has for its type. */
const types: Readonly<Record<string, string>> = {
  array: "must be a list",
  boolean: "must be true or false",
  int: "must be a whole number",
  null: "must be null",
  number: "must be a number",
  object: "must hold keys of its own",
  record: "must hold keys of its own",
  string: "must be a text",
};

/** The same of a text's form. */
const forms: Readonly<Record<string, string>> = {
  cidrv4: "must be an IPv4 range such as 10.0.0.0/16",
  datetime: "must be a moment with its time zone, such as 2026-03-01T09:00:00Z",
  email: "must be a mail address",
  hostname: "must be the name of a host, such as hub.example.com",
  url: "must be an address such as https://example.com/hub",
};

/**
 * What is wrong with a value in words of this program, for the schemas that say nothing themselves. Throws for what no schema here
 * can find: its words are missing.
 */
export function issueWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return wordsOf(types, isWhole(issue) ? "int" : issue.expected);
    case "invalid_format":
      return wordsOf(forms, issue.format);
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case "too_small":
      return issue.minimum === 1 && issue.origin !== "int" && issue.origin !== "number"
        ? "must not be empty"
        : `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_union":
      return "has none of the forms that it may have";
    case "unrecognized_keys":
      return "holds keys that are not there";
    case "invalid_key":
      return "has a name that is none";
    default:
      throw new Error(`there are no words for a problem of the kind ${issue.code}`);
  }
}

/** Of a text where a whole number belongs the schema says only that it is no number. */
const isWhole = ({ inst }: z.core.$ZodRawIssue): boolean =>
  (inst?._zod.def as { format?: string } | undefined)?.format === "safeint";

/** `a, b or c`. */
const oneOf = (all: readonly string[]): string =>
  all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;

const unitOf = (origin: string): string =>
  origin === "string" ? " characters long" : origin === "array" ? " long" : "";

function wordsOf(all: Readonly<Record<string, string>>, name: string): string {
  const words = all[name];
  if (words === undefined) throw new Error(`there are no words for what is no ${name}`);
  return words;
}
