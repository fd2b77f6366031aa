import { resolveNs } from "node:dns/promises";
import { errorText } from "../checks/cli/error-text.ts";
import { refusal, wantsJson } from "../checks/cli/refusal.ts";
import { UsageError } from "../domain/usage-error.ts";
import { readStackFile } from "../infra/stack-file.ts";
import { type AskedHub, type AskedStack, readFlags, seeHelp } from "./flags.ts";
import { help } from "./help.ts";
import { documentOf, exitCodeOf, reportText } from "./report.ts";
import { pathOf } from "./stack/programs.ts";
import { findingText, stackDocument, stackExitCode, verdictText } from "./stack/report.ts";
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
  return "stack" in asked ? aboutStack(asked) : aboutHub(asked);
}

async function aboutStack({ stack, json }: AskedStack): Promise<number> {
  const file = await readStackFile(stack);
  const { stdout } = process;
  if (!json) stdout.write(`${stack}${file.place === null ? "" : ` in ${file.place.region}`}\n\n`);
  // AWS's clients take a while to load, and a mistake needs none of them.
  const { examineStack } = await import("./stack/examine-stack.ts");
  const programs = { path: pathOf(process.env), folder: process.cwd(), environment: process.env };
  const surroundings = { programs, fetch, resolveNs, now: Date.now() };
  const found = await examineStack(stack, file, surroundings, (finding) => {
    if (!json) stdout.write(`${findingText(finding, stdout)}\n`);
  });
  stdout.write(
    json ? `${JSON.stringify(stackDocument(found, stack))}\n` : `\n${verdictText(found, stack)}\n`,
  );
  return stackExitCode(found);
}

async function aboutHub(asked: AskedHub): Promise<number> {
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
