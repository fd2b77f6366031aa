import { existsSync, writeSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Runs one invocation: the event on standard input, the result on descriptor 3. */
const [folder = ".", handler = "index.handler"] = process.argv.slice(2);
const [file = "index", name = "handler"] = handler.split(".");
const chunks: Buffer[] = [];

// What a function compiles is kept for its next invocation: Lambda keeps whole processes.
enableCompileCache();
for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
try {
  const path = [".mjs", ".cjs", ".js"].map((ending) => join(folder, file + ending)).find(existsSync);
  if (path === undefined) throw new Error(`the code has no file ${file}.mjs, ${file}.cjs or ${file}.js`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown> & {
    default?: Record<string, unknown>;
  };
  const run = (module[name] ?? module.default?.[name]) as (event: unknown) => Promise<unknown>;
  const result = await run(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  writeSync(3, JSON.stringify(result ?? null));
  process.exit(0);
} catch (error) {
  console.error(error);
  writeSync(3, JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message }));
  process.exit(1);
}
