import { Instrumenter } from "@stryker-mutator/instrumenter";
import { roomOf } from "./rooms.ts";

/** A defect made by rule: one stretch of a file's text, put in another way. */
export interface GeneratedMutant {
  readonly room: string;
  /** File below the repository. */
  readonly file: string;
  /** Counted from 1, with the text of that line without its indent. */
  readonly line: number;
  readonly lineText: string;
  /** Stretch of the file's text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly becomes: string;
  /** The rule, by Stryker's name for it. */
  readonly rule: string;
  /** `what stands there → what is put there`, on one line; its name within its line. */
  readonly change: string;
}

const silent = () => undefined;
const off = () => false;
/** The instrumenter says nothing that its result does not. */
const log = {
  isTraceEnabled: off,
  isDebugEnabled: off,
  isInfoEnabled: off,
  isWarnEnabled: off,
  isErrorEnabled: off,
  isFatalEnabled: off,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
};

/** Rules that put an operation in place of another: what stands around it must not come between its operands. */
const operations = [
  "ArithmeticOperator",
  "AssignmentOperator",
  "ConditionalExpression",
  "EqualityOperator",
  "LogicalOperator",
];

/** Every mutant that Stryker makes of a file, in the order of their places. */
export async function generate(file: string, text: string): Promise<GeneratedMutant[]> {
  const room = roomOf(file);
  if (room === null) return [];
  const options = { plugins: [], excludedMutations: [], ignorers: [] };
  const source = { name: file, mutate: true, content: text };
  const { mutants } = await new Instrumenter(log).instrument([source], options);
  const lines = text.split("\n");
  const begins = lines.map(
    (
      (at) =>
      ({ length }) =>
        (at += length + 1) - length - 1
    )(0),
  );
  return mutants.map(({ location: { start, end }, replacement, mutatorName }) => {
    const from = (begins[start.line] as number) + start.column;
    const to = (begins[end.line] as number) + end.column;
    const was = text.slice(from, to);
    return {
      room,
      file,
      line: start.line + 1,
      lineText: (lines[start.line] as string).trim(),
      start: from,
      end: to,
      becomes: enclosed(was, replacement, mutatorName),
      rule: mutatorName,
      change: `${onOneLine(was)} → ${onOneLine(replacement)}`,
    };
  });
}

/** A file's text with the defect. */
export const withDefect = (text: string, { start, end, becomes }: GeneratedMutant): string =>
  text.slice(0, start) + becomes + text.slice(end);

function enclosed(was: string, replacement: string, rule: string): string {
  const isLabel = /^(case|default)\b/.test(was);
  return operations.includes(rule) && !isLabel ? `(${replacement})` : replacement;
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
