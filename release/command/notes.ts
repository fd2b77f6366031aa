import { readFile, writeFile } from "node:fs/promises";
import { Clients } from "../../checks/core/clients.ts";
import { parseEvidenceLine } from "../../checks/evidence/parse-line.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import { secretSource } from "../../checks/sources/secrets.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { stackName } from "../../infra/stack-file.ts";
import { exit } from "../../rollout/commands/command.ts";
import { type NotesFacts, releaseNotes } from "../notes.ts";
import { type StatusPost, sendPost, statusOf, statusPostOf } from "../status-post.ts";
import { type Story, storyOf } from "../story.ts";
import type { Flags } from "./flags.ts";
import { commitOf, subjectsBetween } from "./git.ts";
import { openRecord } from "./record-file.ts";
import { type StackText, readStack } from "./stack.ts";

/** How long a status page may take to answer, in milliseconds. */
const postWithinMs = 15_000;

/** Writes the notes of a rollout that has ended from its evidence, and tells the status page where that is asked for. */
export async function notes(flags: Flags): Promise<number> {
  const { evidence, out, post, json } = flags;
  if (evidence === null)
    throw new UsageError("Name the rollout's evidence with --evidence FILE", "npm run release -- --help");
  const stack = await readStack(await stackName(flags.stack));
  const { story, digest } = await readStory(evidence, stack.place.stack);
  const facts = await factsOf(stack, flags, { story, evidence: { file: evidence, digest } });
  const text = releaseNotes(facts);
  const told = statusPostOf(story);
  const written = json ? `${JSON.stringify({ ...facts, post: told })}\n` : text;
  if (out === null) process.stdout.write(written);
  else await write(out, written);
  if (post === null) return exit.ok;
  return tell(stack, post, told);
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--out ${file} cannot be written (${error.code})`, null, { cause: error });
  });
  process.stdout.write(`written to ${file}\n`);
}

async function readStory(file: string, stack: string): Promise<{ story: Story; digest: string }> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--evidence ${file} cannot be read (${error.code})`, null, { cause: error });
  });
  const { whole, digest, why } = verifyEvidence(text, null);
  if (!whole) throw new UsageError(`--evidence ${file} is not whole: ${why}`);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => parseEvidenceLine(line));
  let story: Story;
  try {
    story = storyOf(lines);
    statusOf(story);
  } catch (error) {
    throw new UsageError(`--evidence ${file}: ${(error as Error).message}`, null, { cause: error });
  }
  if (story.stack === stack) return { story, digest };
  throw new UsageError(`--evidence ${file} is of stack ${story.stack}, and not of ${stack}`);
}

async function factsOf(
  stack: StackText,
  flags: Flags,
  { story, evidence }: Pick<NotesFacts, "story" | "evidence">,
): Promise<NotesFacts> {
  const { record } = await openRecord(stack, flags.record);
  const stated = record.candidate?.release === story.release ? record.candidate : undefined;
  const commit = stated?.commit ?? (await commitOf(`refs/tags/release/${story.release}`));
  const tag = `release/${story.before}`;
  const since = (await commitOf(`refs/tags/${tag}`)) === null ? null : tag;
  const known = since !== null && commit !== null && (await commitOf(commit)) !== null;
  const documentation = record.documentation ?? null;
  const subjects = known ? await subjectsBetween(since, commit) : [];
  return { story, evidence, commit, since: known ? since : null, subjects, documentation };
}

async function tell({ place }: StackText, secret: string, post: StatusPost): Promise<number> {
  const { region, profile } = place;
  const clients = new Clients({ region, ...(profile === undefined ? {} : { profile }) });
  const signal = AbortSignal.timeout(postWithinMs);
  try {
    await secretSource(clients)
      .value(secret, signal)
      .then((address) => sendPost(post, address, { send: fetch, signal }))
      .catch((error: Error) => {
        throw new Error(
          `the status page was not told, by the address in the secret ${secret}: ${error.message}`,
        );
      });
    process.stderr.write(`told the status page: ${post.status}\n`);
    return exit.ok;
  } finally {
    clients.close();
  }
}
