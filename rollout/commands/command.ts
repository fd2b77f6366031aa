import { parseArgs, styleText } from "node:util";
import { UsageError } from "../../domain/usage-error.ts";
import { Refusal } from "../run/failures.ts";

/** The exit codes of every command here. */
export const exit = { ok: 0, failed: 1, usage: 2, inconclusive: 3 } as const;

/** The flags that commands share. */
export interface Flags {
  readonly stack?: string | undefined;
  readonly rule?: string | undefined;
  readonly region?: string | undefined;
  readonly json: boolean;
  readonly why?: string | undefined;
}

/** Flags that all three commands share. Prints the help and ends with 0 when it is asked for. */
export function readFlags(name: "rollback" | "status" | "abort", help: string): Flags {
  const seeHelp = `See: npm run ${name} -- --help`;
  try {
    const { values } = parseArgs({
      options: {
        stack: { type: "string" },
        rule: { type: "string" },
        region: { type: "string" },
        why: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(exit.ok);
    }
    if ((values.stack === undefined) === (values.rule === undefined))
      throw new UsageError(`Name the switch, either by --stack STACK or by --rule ARN. ${seeHelp}`);
    return values;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message} ${seeHelp}`, null, { cause: error });
  }
}

/** Runs a command to its exit code. Usage errors and refusals are one sentence; anything else keeps its cause. */
export async function main(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const noCredentials = (error as Error).name === "CredentialsProviderError";
    const mistake = error instanceof UsageError || error instanceof Refusal || noCredentials;
    const next = noCredentials ? " Set AWS_PROFILE, or log in with: aws sso login" : "";
    process.stderr.write(`${paint("red", "error")}: ${(error as Error).message}${next}\n`);
    if (!mistake && (error as Error).cause)
      process.stderr.write(`caused by: ${String((error as Error).cause)}\n`);
    process.exitCode = mistake ? exit.usage : exit.failed;
  }
}

/** Colour only on a terminal; `styleText` honours NO_COLOR. */
export function paint(colour: "red" | "green" | "yellow" | "bold" | "dim", text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
