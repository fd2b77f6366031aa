import { shellWord } from "../domain/shell-word.ts";
import type { Flags } from "./flag-values.ts";

/** Flags that a replay leaves out: it has its own, or they say only where results go. */
const leftOut = new Set(["--scenario", "--seed", "--json", "--report", "--evidence"]);

/** The line that plays one scenario again as it was played: with its dice, its hub and its engine. */
export function replayLine(scenario: string, { seed, words }: Pick<Flags, "seed" | "words">): string {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [flag = "", value] = (words[at] as string).split("=", 2);
    if (!leftOut.has(flag)) kept.push(shellWord(words[at] as string));
    else if (value === undefined) at++;
  }
  return ["npm run rehearse -- --scenario", scenario, "--seed", seed, ...kept].join(" ");
}
