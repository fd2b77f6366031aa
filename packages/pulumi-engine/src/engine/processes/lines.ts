import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Calls `each` with every line of the stream, and answers a function that gives the last lines seen. */
export function readLines(stream: Readable | null, each: (line: string) => void, keep = 20): () => string[] {
  const last: string[] = [];
  if (stream) {
    createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > keep) last.shift();
      each(line);
    });
  }
  return () => [...last];
}
