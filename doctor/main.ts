import { errorText } from "../checks/cli/error-text.ts";
import { refusal, wantsJson } from "../checks/cli/refusal.ts";
import { UsageError } from "../domain/usage-error.ts";
import { readFlags, seeHelp } from "./flags.ts";
import { help } from "./help.ts";
import { documentOf, exitCodeOf, reportText } from "./report.ts";
import { mayWrite, writeFiles } from "./write.ts";

async function main(argv: readonly string[]): Promise<void> {
  const code = await run(argv).catch((error: unknown) => refuse(error, wantsJson(argv)));
  // Connections kept alive must not hold the command back once its output is written.
  process.stdout.write("", () => process.exit(code));
}

async function run(argv: readonly string[]): Promise<number> {
  const asked = readFlags(argv, process.env);
  if (asked === null) {
    process.stdout.write(help);
    return 0;
  }
  const { json, write, command, force } = asked;
  // Said before anything is asked of the hub.
  if (write !== null) await mayWrite(write);
  // What speaks MCP takes a while to load, and a mistake needs none of it.
  const { examine } = await import("./examine.ts");
  const found = await examine(asked);
  const written =
    write === null || found.fit === null
      ? null
      : await writeFiles(found.fit, { folder: write, command, force });
  const document = documentOf(found, written);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${reportText(found, asked, written)}\n`);
  return exitCodeOf(found);
}

function refuse(error: unknown, json: boolean): number {
  if (!(error instanceof UsageError)) throw error;
  const next = error.next ?? seeHelp;
  if (json) process.stdout.write(`${JSON.stringify(refusal(2, error.message, next))}\n`);
  else process.stderr.write(`${errorText(error.message, next)}\n`);
  return 2;
}

await main(process.argv.slice(2));
