import { UsageError } from "../../domain/usage-error.ts";
import { verifyEvidence } from "../evidence/verify-evidence.ts";
import type { Options } from "./options.ts";
import { verificationText } from "./report.ts";
import { exitCodes } from "./rounds.ts";
import type { Terminal } from "./terminal.ts";

/** The command `verify-evidence`: says whether a record of evidence was changed. */
export async function verify({ asked, digest, json }: Options, { readFile, out }: Terminal): Promise<number> {
  const next =
    "npm run check -- verify-evidence FILE --digest D   (the digest stands in the stack's outputs)";
  const [, file, ...more] = asked;
  if (file === undefined || more.length > 0) throw new UsageError("verify-evidence takes one file", next);
  if (digest !== null && !/^[0-9a-f]{64}$/i.test(digest))
    throw new UsageError(`--digest is 64 hex digits, not ${digest}`, next);
  const text = await readFile(file).catch((error: Error) => {
    throw new UsageError(`the evidence ${file} cannot be read: ${error.message}`, next);
  });
  const found = verifyEvidence(text, digest);
  const trusted = digest === null ? "inconclusive" : "pass";
  const verdict = found.whole ? trusted : "fail";
  const exitCode = exitCodes[verdict];
  if (json) out(JSON.stringify({ schema: 1, verdict, exitCode, ...found }));
  else out(verificationText(verdict, found));
  return exitCode;
}
