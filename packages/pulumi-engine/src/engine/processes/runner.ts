import { createRequire } from "node:module";
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
const EXIT_LOGGED = 32;

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

export interface Running {
  /** Resolves to undefined when the program ended well, or to the sentence that says how it failed; `logged`: the user was told already. */
  ended: Promise<{ logged: boolean; message: string } | undefined>;
  stop: () => Promise<void>;
}

/** Runs the program as the Pulumi CLI's Node language host does. */
export function runProgram(children: Children, program: Program): Running {
  const { projectFolder } = program;
  const { child, exited } = children.start({
    file: process.execPath,
    args: [...NODE_FLAGS, RUNNER, ...flags(program), program.program],
    cwd: projectFolder,
    env: {
      ...program.env,
      PULUMI_CONFIG: JSON.stringify(program.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(program.secretKeys),
      PULUMI_NODEJS_TYPESCRIPT: "false",
    },
  });
  readLines(child.stdout, (line) => program.onLine(line, "stdout"));
  const lastErrors = readLines(child.stderr, (line) => program.onLine(line, "stderr"));
  return { ended: exited.then((exit) => failure(exit, lastErrors())), stop: () => children.end(child) };
}

function flags(program: Program): string[] {
  const { address, project, stack, projectFolder, parallel, preview } = program;
  const named = {
    monitor: address,
    engine: address,
    project,
    stack,
    organization: "organization",
    "root-directory": projectFolder,
    pwd: projectFolder,
    parallel: String(parallel),
  };
  const pairs = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  return [...pairs, "--query-mode=false", ...(preview ? ["--dry-run"] : [])];
}

function failure(exit: Exit, stderr: string[]): { logged: boolean; message: string } | undefined {
  if (exit.code === 0) return undefined;
  const how = exit.signal ? `was killed by ${exit.signal}` : `exited with code ${exit.code}`;
  const said = stderr.length > 0 ? `; its last lines were:\n${stderr.join("\n")}` : ".";
  return { logged: exit.code === EXIT_LOGGED, message: `The program ${how}${said}` };
}
