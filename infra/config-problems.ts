import type { z } from "zod";
import { didYouMean } from "../domain/nearest.ts";

/** Every problem of a config, each with its path and the value given. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The stack config has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/** What is wrong with a text where a secret's name belongs. The text may be the secret itself: it is not repeated. */
export const secretNameWanted = "must be the name or the ARN of a Secrets Manager secret, never its value";
/** The same where one key of its JSON, or a parameter, is as good. */
export const secretRefWanted =
  "must name a secret, never hold its value: NAME or its ARN, NAME:KEY:: for one key of its JSON, or ssm:NAME for a parameter";

/** The same of a text that is shaped like a name and like a key or a token, and would stand in a log once it is not found. */
export const secretValueSuspected =
  "looks like a secret's value: name where the value is; a name that looks like one is written as its ARN";

/**
 * The option of rules that look at several keys: they hold although another key has a problem, so that all are told at once.
 */
export const evenIfIncomplete = {
  when: ({ value }: { value: unknown }) => typeof value === "object" && value !== null,
};

/** What problems are told with. */
export interface Told {
  /** The whole config as it was given. */
  readonly values: unknown;
  /** Top-level keys whose values are not repeated. */
  readonly secret: readonly string[];
  /** Names of the keys that there are at a path. */
  keysAt(path: readonly PropertyKey[]): readonly string[];
}

/** One sentence for each thing an issue is about: where it is, what is wrong, and what was given. */
export function describeIssue(issue: z.core.$ZodIssue, told: Told): string[] {
  const { values, secret } = told;
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return meant(issue.errors).flatMap((of) =>
      describeIssue({ ...of, path: [...issue.path, ...of.path] }, told),
    );
  const at = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code === "unrecognized_keys") {
    const known = told.keysAt(issue.path);
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known);
      return `hub:${at === "" ? key : `${at}.${key}`}: there is no such key${meant === "" ? "" : `; ${meant}`}`;
    });
  }
  const given = valueAt(values, issue.path);
  if (given === undefined) return [`hub:${at}: ${issue.code === "custom" ? issue.message : "is missing"}`];
  // What stands beside a variable's name may be a secret, whoever meant to put it there.
  if (isOfVariable(issue.path)) return [`hub:${at}: ${plain(issue, "")}${unrepeated(issue)}`];
  if (mayHoldSecret(issue.path, given))
    return [`hub:${at}: ${plain(issue, "it")}; what was given is not repeated here`];
  if (secret.includes(String(issue.path[0])))
    return [`hub:${at}: ${plain(issue, "a secret")}; given: a secret value`];
  const shown = shorten(JSON.stringify(given));
  const message = plain(issue, shown);
  return [`hub:${at}: ${message.startsWith(`${shown} `) ? message : `${message}; given: ${shown}`}`];
}

/** Of the forms that a value may have, the issues of the one that was meant: the first of its type, else the first of all. */
function meant(forms: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] {
  const isOther = ({ code, path }: z.core.$ZodIssue) => code === "invalid_type" && path.length === 0;
  return forms.find((issues) => !issues.some(isOther)) ?? forms[0] ?? [];
}

const unrepeated = ({ message }: z.core.$ZodIssue) =>
  message === secretRefWanted || message === secretValueSuspected
    ? "; what was given is not repeated here"
    : "";

/** Keys that hold variables or the name of a secret, by the keys that they are in. */
const secretive: Readonly<Record<string, readonly string[]>> = {
  blue: ["environment", "registryCredentials"],
  green: ["environment", "registryCredentials"],
  hub: ["secrets"],
  sidecar: ["signingSecret", "tokenSecret", "registryCredentials"],
};

/** Whether somebody who took a key for another may have put a secret here: into such a key itself, or around it. */
function mayHoldSecret([top, key]: readonly PropertyKey[], given: unknown): boolean {
  const keys = secretive[String(top)] ?? [];
  if (key !== undefined) return keys.includes(String(key));
  // Text that was meant to be an object, and could not be read as one.
  return keys.length > 0 && typeof given === "string";
}

/** Whether a path leads to one variable of the hub: `blue.environment.X` or `hub.secrets.X`. */
const isOfVariable = ([top, key, ...rest]: readonly PropertyKey[]): boolean =>
  rest.length > 0 && (key === "environment" || (top === "hub" && key === "secrets"));

/** An issue in words; of a name in a record, what is wrong with the name. */
function plain(issue: z.core.$ZodIssue, shown: string): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  const { message } = issue;
  return issue.code === "custom" && message.startsWith('"') ? message.replace(/^"[^"]*"/, shown) : message;
}

function valueAt(values: unknown, at: readonly PropertyKey[]): unknown {
  let here: unknown = values;
  for (const part of at) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return here;
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
