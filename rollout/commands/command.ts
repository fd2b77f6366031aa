import { parseArgs, styleText } from "node:util";
import { mistyped } from "../../checks/cli/error-text.ts";
import { causeText, isUnreachable } from "../../checks/sources/causes.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { Refusal } from "../run/failures.ts";

export { mistyped };

/** The exit codes of every command here. */
export const exit = { ok: 0, failed: 1, usage: 2, inconclusive: 3 } as const;

/** The flags that commands share. */
export interface Flags {
  readonly stack?: string | undefined;
  readonly rule?: string | undefined;
  readonly region?: string | undefined;
  readonly json: boolean;
  readonly why?: string | undefined;
  /** What is overridden, in words; the only one there is: `noHealthyTarget`. */
  readonly force?: string | undefined;
  /** Of `approve`: the weight that is meant, and that the answer is no. */
  readonly weight?: string | undefined;
  readonly reject?: boolean;
}

/** The words by which a person sends traffic to a slot that cannot serve it. */
export const noHealthyTarget = "no-healthy-target";

const looking = {
  stack: { type: "string" },
  rule: { type: "string" },
  region: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;
const answering = {
  ...looking,
  why: { type: "string" },
  weight: { type: "string" },
  reject: { type: "boolean", default: false },
} as const;
const moving = { ...looking, why: { type: "string" }, force: { type: "string" } } as const;

function parseFlags(name: Parameters<typeof readFlags>[0]) {
  if (name === "status") return parseArgs({ options: looking });
  return name === "approve" ? parseArgs({ options: answering }) : parseArgs({ options: moving });
}

/** The command's flags. Prints the help and ends with 0 when it is asked for. */
export function readFlags(name: "rollback" | "status" | "abort" | "approve", help: string): Flags {
  const seeHelp = `npm run ${name} -- --help`;
  try {
    const { values }: { values: Flags & { readonly help: boolean } } = parseFlags(name);
    if (values.help) {
      process.stdout.write(help);
      process.exit(exit.ok);
    }
    if ((values.stack === undefined) === (values.rule === undefined))
      throw new UsageError("Name the switch, either by --stack STACK or by --rule ARN", seeHelp);
    if (values.force !== undefined && values.force !== noHealthyTarget)
      throw new UsageError(
        `--force takes in words what it overrides, and "${values.force}" is none of them. There is: --force ${noHealthyTarget}`,
        seeHelp,
      );
    return values;
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

/**
 * Runs a command to its exit code. Usage errors and refusals are one sentence; anything else keeps its cause.
 * @param otherwise the exit code of what was not foreseen
 */
export async function main(
  run: () => Promise<number>,
  otherwise: (typeof exit)["failed" | "inconclusive"] = exit.failed,
): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const noCredentials = (error as Error).name === "CredentialsProviderError";
    const mistake = error instanceof UsageError || error instanceof Refusal || noCredentials;
    const next = noCredentials ? " Set AWS_PROFILE, or log in with: aws sso login" : "";
    const message = isUnreachable(error) ? unreachableWords(error) : sentence((error as Error).message);
    const type = error instanceof UsageError && error.next !== null ? `\nType: ${error.next}` : "";
    process.stderr.write(`${paint("red", "error", process.stderr)}: ${message}${next}${type}\n`);
    if (!mistake && (error as Error).cause)
      process.stderr.write(`caused by: ${String((error as Error).cause)}\n`);
    process.exitCode = mistake ? exit.usage : otherwise;
  }
}

/** A message with its stop: the SDK's own have none. What ends with a command to type keeps it as it is. */
const sentence = (message: string): string =>
  /(?:[.:!?)]|: \S[^.]*)$/.test(message) ? message : `${message}.`;

/** The error of a machine that has no way to AWS: the SDK's own is an address, or nothing. */
function unreachableWords(error: unknown): string {
  return `AWS cannot be reached from here: ${causeText(error)}. See to this machine's network and type it again, or type it on another.`;
}

/** Colour only on a terminal; `styleText` honours NO_COLOR. */
export function paint(
  colour: "red" | "green" | "yellow" | "bold" | "dim",
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(colour, text, { stream });
}
