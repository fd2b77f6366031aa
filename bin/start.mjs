// Starts one of the commands. Plain JavaScript on purpose: it must be able to tell an old Node what is wrong,
// and an old Node cannot even read the TypeScript that follows.
import nodeModule from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [module, ...rest] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 && !(major === 22 && minor >= 18)) {
  process.stderr.write(
    `This needs Node 24 (or 22.18 and later), and this is Node ${process.versions.node}.\n` +
      "Type: npm ci   (it installs Node 24 for the npm scripts), then start the command through npm run.\n",
  );
  process.exit(2);
}
// What Node compiles it keeps for the next command.
nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));
// Whoever read along may leave (`| head`): a rollback under way goes on all the same, and its exit code tells how it ended.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
process.argv = [process.argv[0], resolve(module), ...rest];
await import(pathToFileURL(resolve(module)).href);
