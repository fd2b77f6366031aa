import { dirname } from "node:path";
import { thresholds } from "../../domain/spec.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { Group } from "../core/check.ts";
import { builtInChecks, findChecks, isGroup } from "../core/registry.ts";
import { verifyEvidence } from "../evidence/evidence-log.ts";
import { causeText, isUnreachable } from "../sources/causes.ts";
import { help, type Options, readOptions } from "./options.ts";
import { refusal, stopped, wantsJson } from "./refusal.ts";
import { errorText, explainText, helpText, listText, verificationText } from "./report.ts";
import { type Asked, exitCodes, judgeRounds } from "./rounds.ts";
import { openTarget, type Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

const reachWithinMs = 5_000;

/** One run of `npm run check`; resolves with the exit code, whatever a user can meet. */
export async function check(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await perform(readOptions(argv), terminal);
  } catch (error) {
    return refuse(error, wantsJson(argv), terminal);
  }
}

/** Nothing answers at the hub's address, so no check can tell anything: exit code 3. */
class Unreachable extends UsageError {}

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

async function verify({ asked, digest, json }: Options, { readFile, out }: Terminal): Promise<number> {
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

function groupsOf({ asked }: Options): Set<Group> {
  const group = (name: string) => builtInChecks.find((of) => of.name === name)?.group ?? "gate";
  return new Set(asked.map((name) => (isGroup(name) ? name : group(name))));
}

/** The checks asked for, each once; those asked for by their group may be left out where they cannot be answered. */
function findAsked({ asked }: Options, commands: Options["commands"] | object): Asked[] {
  const found = new Map<string, Asked>();
  for (const name of asked) {
    const byGroup = isGroup(name);
    const checks = byGroup ? builtInChecks.filter((of) => of.group === name) : find([name], commands);
    for (const of of checks) {
      const before = found.get(of.name);
      found.set(of.name, { check: of, byGroup: byGroup && (before?.byGroup ?? true) });
    }
  }
  return [...found.values()];
}

function find(names: string[], commands: object) {
  try {
    return findChecks(names, commands as Record<string, unknown>);
  } catch (error) {
    throw new UsageError((error as Error).message, "npm run check -- --list");
  }
}

async function reach({ context }: Target, { url, healthPath }: Options, signal: AbortSignal): Promise<void> {
  const time = AbortSignal.timeout(reachWithinMs);
  try {
    await context.sources.probes.get(healthPath, context.slot, AbortSignal.any([signal, time]));
  } catch (error) {
    // A hub that answers slowly or badly is for the checks to judge.
    if (!isUnreachable(error)) return;
    throw new Unreachable(`nothing answers at ${url}: ${causeText(error)}`, `curl -i ${url}${healthPath}`);
  }
}
