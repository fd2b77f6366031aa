import { styleText } from "node:util";
import { wrapped } from "../../domain/wrapped.ts";
import type { Finding } from "./finding.ts";

/** Columns before a finding's text. */
const indent = 21;
const words = { ok: "ok", mend: "mend", unknown: "?" } as const;
const colours = { ok: "green", mend: "red", unknown: "yellow" } as const;

/** 0: nothing is in the way; 1: something has to be mended; 3: nothing has, but not all could be looked at. */
export function stackExitCode(findings: readonly Finding[]): 0 | 1 | 3 {
  if (findings.some(({ state }) => state === "mend")) return 1;
  return findings.some(({ state }) => state === "unknown") ? 3 : 0;
}

/** One finding for people. A command to type stays in one line, to be copied. @param stream colours only on a terminal */
export function findingText({ about, state, text }: Finding, stream: NodeJS.WriteStream): string {
  const word = styleText(colours[state], words[state].padEnd(6), { stream });
  const [, said = text, command = ""] = /^(.*?:) ((?:aws|docker|export|pulumi) .*)$/s.exec(text) ?? [];
  const lines = `  ${word} ${about.padEnd(indent - 9)}${wrapped(said, indent).slice(indent)}`;
  const short = `${lines} ${command}`;
  if (command === "" || !short.slice(short.lastIndexOf("\n") + 1).match(/^.{101}/)) return short.trimEnd();
  return `${lines}\n${" ".repeat(indent)}${command}`;
}

/** How it comes out, and what to type next. */
export function verdictText(findings: readonly Finding[], stack: string): string {
  const count = (state: Finding["state"]) => findings.filter((of) => of.state === state).length;
  const [mends, unknowns] = [count("mend"), count("unknown")];
  const seen = unknowns === 0 ? "" : `, and ${unknowns} could not be looked at`;
  if (mends > 0)
    return `${mends} to mend${seen}.\nType: npm run doctor -- --stack ${stack}   when it is done`;
  return `nothing is in the way${seen}.\nType: pulumi preview -s ${stack}`;
}

/** What was found, for programs. */
export const stackDocument = (findings: readonly Finding[], stack: string): object => ({
  schema: 1,
  exitCode: stackExitCode(findings),
  stack,
  findings,
});
