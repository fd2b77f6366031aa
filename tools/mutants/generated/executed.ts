import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Stretches of a file's text that were executed, as [start, end, start, end, …] in UTF-16 units, in order and apart. */
export type Stretches = readonly number[];

/** What V8 says of one script: its functions, each with blocks, the outermost first. */
interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Block[] }[];
}
interface Block {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/**
 * What the processes that wrote their coverage to a folder (NODE_V8_COVERAGE) executed of a repository, by file below it.
 * Types are blanked out before V8 sees a file, so that places are those of the text.
 */
export function executedIn(coverage: string, repository: string): Map<string, Stretches> {
  const painted = new Map<string, Uint8Array>();
  for (const name of readdirSync(coverage)) {
    const { result } = JSON.parse(readFileSync(join(coverage, name), "utf8")) as { result: ScriptCoverage[] };
    for (const script of result) {
      const file = fileBelow(repository, script.url);
      if (file === null) continue;
      const length = Math.max(0, ...script.functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0));
      const seen = painted.get(file) ?? new Uint8Array(length);
      painted.set(file, seen);
      paint(seen, script);
    }
  }
  return new Map([...painted].map(([file, seen]) => [file, stretchesOf(seen)]));
}

/** Whether a place lies in one of the stretches. */
export function isExecuted(stretches: Stretches, place: number): boolean {
  for (let at = 0; at < stretches.length; at += 2)
    if ((stretches[at] as number) <= place && place < (stretches[at + 1] as number)) return true;
  return false;
}

function fileBelow(repository: string, url: string): string | null {
  if (!url.startsWith("file:")) return null;
  const path = fileURLToPath(url);
  if (!path.startsWith(`${repository}/`)) return null;
  const file = path.slice(repository.length + 1);
  return file.startsWith("node_modules/") ? null : file;
}

/** The innermost block says whether a place was executed; one process that did is enough. */
function paint(seen: Uint8Array, { functions }: ScriptCoverage): void {
  const blocks = functions.flatMap(({ ranges }) => ranges);
  blocks.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const now = new Uint8Array(seen.length);
  for (const { startOffset, endOffset, count } of blocks) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  for (let at = 0; at < seen.length; at++) if (now[at] === 1) seen[at] = 1;
}

function stretchesOf(seen: Uint8Array): number[] {
  const bounds: number[] = [];
  for (let at = 0; at <= seen.length; at++) if ((seen[at] ?? 0) !== (seen[at - 1] ?? 0)) bounds.push(at);
  return bounds;
}
