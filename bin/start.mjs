// Starts one of the commands. Plain JavaScript on purpose: it must be able to tell an old Node what is wrong,
// and an old Node cannot even read the TypeScript that follows.
import nodeModule from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { flagsNpmTook } from "./flags-npm-took.mjs";

const [module, ...rest] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
// Whoever read along may leave (`| head`). What moves traffic goes on all the same, and its exit code tells how it ended; all
// else is over: it stops as on a signal, or with the code of a broken pipe, unless it had come to its own exit code.
const movesTraffic = /^rollout\/commands\/(rollback|abort)\.ts$/.test(module);
let readerLeft = false;
function onReaderLeft() {
  if (readerLeft || movesTraffic) return;
  readerLeft = true;
  setImmediate(() => {
    if (process.exitCode !== undefined) return;
    if (!process.emit("SIGTERM", "SIGTERM")) process.exit(141);
  });
}
if (major < 24 && !(major === 22 && minor >= 18)) {
  process.stderr.write(
    `error: this needs Node 24 (or 22.18 and later), and this is Node ${process.versions.node}.\n` +
      "Type: npm ci   (it installs Node 24 for the npm scripts), then start the command through npm run\n",
  );
  process.exit(2);
}
// What npm says of the words and of where they were typed is about this command only where npm itself started it.
if (process.env["npm_lifecycle_script"] === `node bin/start.mjs ${module}`) {
  const said = flagsNpmTook(process.env["npm_lifecycle_event"], rest, process.env);
  if (said !== null) {
    process.stderr.write(said);
    process.exit(2);
  }
} else delete process.env["INIT_CWD"];
// What Node compiles it keeps for the next command.
nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    onReaderLeft();
  });
process.argv = [process.argv[0], resolve(module), ...rest];
await import(pathToFileURL(resolve(module)).href);
