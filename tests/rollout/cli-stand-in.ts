/**
 * What the Pulumi CLI is to a plugin: it starts the executable in a process group of its own, holds its stdin, reads its stdout
 * and stderr, and serves the engine that the plugin calls back. Says in one line of JSON where the plugin is, and goes on until
 * it is killed. Arguments: the executable, the folder it runs in.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { engineService, listen } from "pulumi-engine/testing";

const [executable = "", cwd = ""] = process.argv.slice(2);
const said: string[] = [];
const { address } = await listen(engineService(({ message }) => said.push(message)));
const plugin = spawn(executable, [address], { cwd, stdio: ["pipe", "pipe", "pipe"], detached: true });
plugin.stderr.resume();
createInterface({ input: plugin.stdout }).once("line", (port) =>
  process.stdout.write(`${JSON.stringify({ port: Number(port), pid: plugin.pid })}\n`),
);
