import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Children, Exit } from "./children.ts";
import { readLines } from "./lines.ts";

const RUNNER = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run/index.js");

/** A program makes much that dies young: room for it saves half of the time that collecting it takes. */
const NODE_FLAGS = [
  "--max-semi-space-size=32",
  "--require",
  fileURLToPath(new URL("./quick-start.cjs", import.meta.url)),
];

/** The runner's exit code when the program failed and the error was already logged. */
export const EXIT_LOGGED = 32;

/** A program to run, and all that Pulumi's Node runner is told of it. */
export interface Program {
  /** Path of the program relative to the project's folder, e.g. `./infra/index.ts`. */
  program: string;
  projectFolder: string;
  project: string;
  stack: string;
  config: Record<string, string>;
  secretKeys: string[];
  /** Where the resource monitor and the engine listen. */
  address: string;
  parallel: number;
  preview: boolean;
  env: NodeJS.ProcessEnv;
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}

/** A program under way. */
export interface Running {
  /** Resolves to undefined when the program ended well, or to the sentence that says how it failed; `logged`: the user was told already. */
  ended: Promise<{ logged: boolean; message: string } | undefined>;
  stop: () => Promise<void>;
}

/** Runs the program as the Pulumi CLI's Node language host does. */
export function runProgram(children: Children, program: Program): Running {
  const { address, projectFolder: rootDirectory } = program;
  const file = resolve(rootDirectory, program.program);
  const pwd = dirname(file);
  const addresses = { monitor: address, engine: address };
  const call = { ...program, ...addresses, organization: "organization", rootDirectory, pwd };
  const { child, exited } = children.start({
    file: process.execPath,
    args: [...NODE_FLAGS, ...runnerArguments({ ...call, program: basename(file) })],
    cwd: pwd,
    env: { ...program.env, ...runnerEnv(program.config, program.secretKeys) },
  });
  readLines(child.stdout, (line) => program.onLine(line, "stdout"));
  const lastErrors = readLines(child.stderr, (line) => program.onLine(line, "stderr"));
  return { ended: exited.then((exit) => failure(exit, lastErrors())), stop: () => children.end(child) };
}

/** What Pulumi's runner is told of a program on its command line. */
export interface RunnerCall {
  /** Addresses of the resource monitor and of the engine. */
  monitor: string;
  engine: string;
  project: string;
  stack: string;
  organization: string;
  rootDirectory: string;
  pwd: string;
  parallel: number;
  preview: boolean;
  program: string;
}

/** Arguments for Node that run a program in Pulumi's runner. */
export function runnerArguments(call: RunnerCall): string[] {
  const { monitor, engine, project, stack, organization, rootDirectory, pwd, parallel } = call;
  const named = {
    monitor,
    engine,
    project,
    stack,
    organization,
    "root-directory": rootDirectory,
    pwd,
    parallel: String(parallel),
  };
  const pairs = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  return [RUNNER, ...pairs, "--query-mode=false", ...(call.preview ? ["--dry-run"] : []), call.program];
}

/** The stack's config as the runner finds it: whole keys, those whose values are secret, and no TypeScript compiler. */
export function runnerEnv(
  config: Record<string, string>,
  secretKeys: readonly string[],
): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: "false",
  };
}

function failure(exit: Exit, stderr: string[]): { logged: boolean; message: string } | undefined {
  if (exit.code === 0) return undefined;
  const how = exit.signal ? `was killed by ${exit.signal}` : `exited with code ${exit.code}`;
  const said = stderr.length > 0 ? `; its last lines were:\n${stderr.join("\n")}` : ".";
  return { logged: exit.code === EXIT_LOGGED, message: `The program ${how}${said}` };
}
