import { parseArgs } from "node:util";
import { commandWords } from "../checks/cli/command-flag.ts";
import { mistyped } from "../checks/cli/error-text.ts";
import { readToolArguments, readUrl } from "../checks/cli/flag-values.ts";
import { typedPath } from "../checks/cli/typed-path.ts";
import { stackNameOf } from "../domain/stack-name.ts";
import { UsageError } from "../domain/usage-error.ts";

/** What to type after a mistake. */
export const seeHelp = "npm run doctor -- --help";

/** What one run of the command was asked: about a hub, or about a stack. */
export type Asked = AskedHub | AskedStack;

/** About a stack and its account, before the first `up`. */
export interface AskedStack {
  readonly stack: string;
  readonly json: boolean;
}

/** About a hub that runs. */
export interface AskedHub {
  /** The hub's address, without a slash at its end. */
  readonly url: string;
  /** The bearer token that the person has; null: none. */
  readonly token: string | null;
  /** The tool to call; null: it is chosen. */
  readonly tool: string | null;
  /** What it is called with; null: it is made from what the tool takes. */
  readonly toolArguments: Readonly<Record<string, unknown>> | null;
  /** Folder for the files; null: none are written. */
  readonly write: string | null;
  /** What starts the hub; null: nobody said it. */
  readonly command: readonly string[] | null;
  readonly force: boolean;
  readonly json: boolean;
}

/** Reads the command line; null: help was asked for. Throws a UsageError that names the bad word. */
export function readFlags(argv: readonly string[], environment: NodeJS.ProcessEnv): Asked | null {
  const values = parsed(argv);
  if (values.help) return null;
  const { url, stack, json } = values;
  if (url === undefined && stack === undefined)
    throw new UsageError(
      "which hub, or which stack? Name the address of the one, or the other by --stack NAME",
      "npm run doctor -- --url http://127.0.0.1:37373",
    );
  if (stack === undefined) return askedHub(values, environment);
  const ofHubs = ["url", "tool", "tool-arguments", "write", "command", "force"] as const;
  const [other] = ofHubs.filter((flag) => values[flag] !== undefined && values[flag] !== false);
  if (other !== undefined)
    throw new UsageError(`--${other} is about a hub, and --stack about a stack`, seeHelp);
  return { stack: stackNameOf(stack), json };
}

function askedHub(values: ReturnType<typeof parsed>, environment: NodeJS.ProcessEnv): AskedHub {
  const { url = "", tool, write, command, force, json } = values;
  const args = values["tool-arguments"];
  if (args !== undefined && tool === undefined)
    throw new UsageError("--tool-arguments goes with --tool NAME, the tool that takes them", seeHelp);
  if (write === undefined && (command !== undefined || force))
    throw new UsageError(
      `${force ? "--force" : "--command"} is about the files that --write FOLDER writes, and that is not there`,
      seeHelp,
    );
  return {
    url: readUrl(url, seeHelp),
    token: environment["MCP_HUB_TOKEN"] ?? null,
    tool: tool ?? null,
    toolArguments: args === undefined ? null : readToolArguments(args, undefined, seeHelp),
    write: write === undefined ? null : typedPath(write, environment),
    command: command === undefined ? null : startingWords(command),
    force,
    json,
  };
}

/** The words that start a hub, several times side by side: each is told its port. */
function startingWords(line: string): string[] {
  const words = commandWords("--command ", line, seeHelp);
  const [first = ""] = words;
  if (/^\w+=/.test(first))
    throw new UsageError(
      `--command starts ${first} as a program, for no shell reads it: leave it out here, and write it into the images file, as "env": {"PORT": "{port}"}`,
      seeHelp,
    );
  if (!words.some((word) => word.includes("{port}") || word.includes("{config}")))
    throw new UsageError(
      "--command has no {port}, and a rehearsal starts the hub several times, on ports of its own. Put {port} where its port stands; of a hub that takes it from its environment leave --command out, and write the images file by hand",
      seeHelp,
    );
  return words;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: { type: "string" },
        stack: { type: "string" },
        tool: { type: "string" },
        "tool-arguments": { type: "string" },
        write: { type: "string" },
        command: { type: "string" },
        force: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}
