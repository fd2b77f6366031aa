import type { ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Children, Exit } from "./children.ts";
import { readLines } from "./lines.ts";

/** How long a plugin may take to print its port, in ms: Pulumi waits a minute too. */
const START_TIMEOUT_MS = 60_000;

/** A provider plugin that runs, and the port it wrote on stdout. */
export interface PluginProcess {
  port: number;
  exited: Promise<Exit>;
  /** Its last lines on stderr, for the message about how it died. */
  lastLines: () => string[];
  child: ChildProcess;
}

/** A provider plugin to start, by its package. */
export interface PluginCommand {
  pkg: string;
  /** Holds the executable `pulumi-resource-PACKAGE`. */
  folder: string;
  engineAddress: string;
  /** The folder that it runs in. */
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Starts a provider plugin's executable and waits until it says on which port it listens. */
export async function startPlugin(children: Children, command: PluginCommand): Promise<PluginProcess> {
  const { pkg, folder, engineAddress, cwd, env } = command;
  const file = join(folder, `pulumi-resource-${pkg}`);
  await access(file, constants.X_OK).catch((cause: unknown) => {
    throw new Error(`The plugin of package "${pkg}" cannot be started: ${file} is no executable file.`, {
      cause,
    });
  });
  const { child, exited } = children.start({ file, args: [engineAddress], cwd, env }, "by-stdin");
  const lastLines = readLines(child.stderr, () => undefined);
  const port = await firstLine(child, exited, pkg, lastLines);
  return { port, exited, lastLines, child };
}

async function firstLine(
  child: ChildProcess,
  exited: Promise<Exit>,
  pkg: string,
  lastLines: () => string[],
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(
    () =>
      reject(
        new Error(`The plugin of package "${pkg}" printed no port within ${START_TIMEOUT_MS / 1_000} s.`),
      ),
    START_TIMEOUT_MS,
  );
  readLines(child.stdout, (line) => {
    // Only the first line is the port; the rest of its stdout is nobody's business.
    if (/^\d{1,5}$/.test(line.trim())) resolve(Number(line.trim()));
    else reject(new Error(`The plugin of package "${pkg}" printed "${line}" where its port was expected.`));
  });
  exited.then(
    (exit) => reject(new Error(`The plugin of package "${pkg}" ${ending(exit, lastLines())}`)),
    (error: unknown) => reject(error),
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** How a plugin ended, for a sentence that begins with its name. */
export function ending(exit: Exit, lastLines: string[]): string {
  const how = exit.signal ? `was killed by ${exit.signal}` : `exited with code ${exit.code}`;
  return lastLines.length > 0
    ? `${how}; its last lines were:\n${lastLines.join("\n")}`
    : `${how} and said nothing.`;
}
