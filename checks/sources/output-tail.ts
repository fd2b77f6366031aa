import type { Child } from "./command-exit.ts";

const tailLines = 20;
/** Most that is kept of the output, in characters. */
const tailLength = 16_000;

/** Reads both pipes from now on. Returns how to ask for the last lines. */
export function tailOf({ stdout, stderr }: Child): () => string[] {
  let text = "";
  for (const pipe of [stdout, stderr])
    pipe.setEncoding("utf8").on("data", (part: string) => (text = (text + part).slice(-tailLength)));
  return () => text.trimEnd().split("\n").slice(-tailLines);
}
