import { dirname } from "node:path";
import { thresholds } from "../../domain/spec.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { builtInChecks } from "../core/registry.ts";
import { causeText } from "../sources/causes.ts";
import { errorText } from "./error-text.ts";
import { explainText } from "./explain.ts";
import { find, findAsked, groupsOf } from "./find-asked.ts";
import { help } from "./flag-values.ts";
import { helpText } from "./help.ts";
import { listText } from "./list.ts";
import { openTarget } from "./open-target.ts";
import { type Options, readOptions } from "./options.ts";
import { Unreachable, reach } from "./reach.ts";
import { refusal, stopped, wantsJson } from "./refusal.ts";
import { exitCodes, judgeRounds } from "./rounds.ts";
import type { Terminal } from "./terminal.ts";
import { verify } from "./verify.ts";

/** One run of `npm run check`; resolves with the exit code, whatever a user can meet. */
export async function check(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await perform(readOptions(argv, terminal.environment), terminal);
  } catch (error) {
    return refuse(error, wantsJson(argv), terminal);
  }
}

function refuse(error: unknown, json: boolean, { out, err, signal }: Terminal): number {
  const known = error instanceof UsageError ? error : null;
  const message = signal.aborted ? stopped.message : (known?.message ?? causeText(error));
  const next = known?.next ?? help;
  const answered = error instanceof Unreachable ? exitCodes.inconclusive : exitCodes.usage;
  const exitCode = signal.aborted ? exitCodes.stopped : answered;
  if (json) out(JSON.stringify(refusal(exitCode, message, next)));
  else err(errorText(message, next));
  return exitCode;
}

async function perform(options: Options, terminal: Terminal): Promise<number> {
  if (options.help) return show(helpText, { help: helpText }, options, terminal);
  if (options.list) return list(options, terminal);
  if (options.explain !== null) return explain(options.explain, options, terminal);
  if (options.asked[0] === "verify-evidence") return await verify(options, terminal);
  if (options.asked.length === 0)
    throw new UsageError("which checks? Name a group or checks", "npm run check -- --list");
  return await judge(options, terminal);
}

function show(text: string, document: object, { json }: Options, { out }: Terminal): number {
  out(json ? JSON.stringify({ schema: 1, ...document }) : text);
  return exitCodes.pass;
}

function list(options: Options, terminal: Terminal): number {
  const checks = builtInChecks.map(({ name, group, question }) => ({ name, group, question }));
  return show(listText(builtInChecks), { checks }, options, terminal);
}

function explain(name: string, options: Options, terminal: Terminal): number {
  const limits = thresholds.parse({});
  const [found] = find([name], options.commands);
  if (found === undefined) throw new UsageError(`there is no check named ${name}`, "npm run check -- --list");
  const { group, question, source, sentence, needs } = found;
  const limit = found.limitText(limits);
  const minimumSamples = found.minimumSamples(limits);
  const facts = { name: found.name, group, question, limit, minimumSamples, source, sentence, needs };
  return show(explainText(found, limits), facts, options, terminal);
}

async function judge(options: Options, terminal: Terminal): Promise<number> {
  if (options.report !== null) await writable(options.report, terminal);
  // A stack's own commands are known only when its record was read; everything else is refused before.
  if (options.stack === null) findAsked(options, options.commands);
  const target = await openTarget(options, groupsOf(options), terminal);
  try {
    const asked = findAsked(options, target.context.commands);
    if (options.url !== null) await reach(target, options, terminal.signal);
    return await judgeRounds(asked, target, options, terminal);
  } finally {
    await target.context.close();
  }
}

/** A report that cannot be written is said before anything is probed. */
async function writable(file: string, { mayWrite }: Terminal): Promise<void> {
  await mayWrite(file).catch((error: Error) => {
    const next = `mkdir -p ${dirname(file)}`;
    throw new UsageError(`the report ${file} cannot be written: ${error.message}`, next);
  });
}
