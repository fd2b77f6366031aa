import { readFile, writeFile } from "node:fs/promises";
import { rehearsedIn, showsRollback } from "../../checks/evidence/rehearsed.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import type { Colour } from "../../domain/colour.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { wrapped } from "../../domain/wrapped.ts";
import { slotOf } from "../../infra/config.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { readStackConfigAt } from "../../infra/stack-file.ts";
import { slotLogGroup } from "../../infra/stack-names.ts";
import { exit } from "../../rollout/commands/command.ts";
import { servingWhole } from "../live.ts";
import type { Left } from "../parts.ts";
import { type Found, type Prepared, prepared } from "../prepared.ts";
import { releasedOf } from "../released.ts";
import { type Candidate, leftIn, openCandidate } from "./candidate.ts";
import type { Flags } from "./flags.ts";
import { changedFiles, commitOf, makeTag } from "./git.ts";
import { type RecordFile, recordText } from "./record-file.ts";
import { type StackText, readStack, recordOf } from "./stack.ts";

/** Fills the record of a stack's candidate in with what can be found out, and says what is left for people. */
export async function prepare(flags: Flags): Promise<number> {
  const candidate = await openCandidate(flags);
  const { stack, colour, release, file } = candidate;
  const begun = await begin(file, release, flags.anew, stack.place.stack);
  const made = await findOut({ ...candidate, begun, flags });
  const done = prepared(begun.record, made.found);
  await file.write(done.record);
  const left = leftIn(candidate, done.record);
  const notes = [...begun.notes, ...made.notes, ...done.notes];
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ stack: stack.place.stack, release, colour, file: file.file, filled: done.filled, record: done.record, left, notes })}\n`
      : said(stack, colour, release, file, { ...done, notes }, left),
  );
  return exit.ok;
}

/** The record that is worked on. One that was written for another release is kept aside first, when that is asked for. */
async function begin(
  { file, record }: RecordFile,
  release: string,
  anew: boolean,
  stack: string,
): Promise<{ record: ReleaseRecord; notes: string[] }> {
  const before = record.candidate?.release ?? record.rehearsal?.release;
  if (before === undefined || before === release) return { record, notes: [] };
  if (!anew)
    throw new UsageError(
      `${file} has the record of release ${before}, and the candidate is ${release}: what was signed for one says nothing of the other. --anew keeps it aside and begins a new one.`,
      `npm run release -- prepare --stack ${stack} --anew`,
    );
  const aside = `release-${stack}-${before}.yaml`;
  await writeFile(aside, recordText(record), { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new UsageError(`${aside} is there already: move it away first`, null, { cause: error });
  });
  return { record: {}, notes: [`the record of release ${before} is kept in ${aside}`] };
}

interface Asked extends Candidate {
  readonly begun: { readonly record: ReleaseRecord };
  readonly flags: Flags;
}

async function findOut(asked: Asked): Promise<{ found: Found; notes: string[] }> {
  const { stack, live, colour, release, flags } = asked;
  const { config, place } = stack;
  const { image } = slotOf(config, colour);
  const images = [image, ...(config.sidecar.enabled ? [config.sidecar.image] : [])];
  const committed = await commitFor(asked);
  const staged = flags.from === null ? null : await stagedIn(flags.from, asked);
  const found: Found = {
    release,
    images,
    ...committed,
    previous: live?.slots[live.live].release ?? null,
    staging: typeof staged === "string" ? null : staged,
    rehearsal: flags.evidence === null ? null : await rehearsalIn(flags.evidence, release),
  };
  const notes = [
    ...(committed.why === null ? [] : [committed.why]),
    ...(typeof staged === "string" ? [staged] : []),
    ...(flags.offline ? [`the account of ${place.stack} was not asked (--offline)`] : []),
  ];
  return { found, notes };
}

/** The commit that asks for the release, and its tag. Throws UsageError where a tag was asked for and can't be made. */
async function commitFor({
  stack,
  colour,
  release,
  file,
  begun,
  flags,
}: Asked): Promise<{ commit: string | null; tag: string | null; why: string | null }> {
  const { stack: name } = stack.place;
  const stated = begun.record.candidate?.commit;
  const head = stated ?? (await commitOf("HEAD"));
  const why = stated === undefined ? await whyNoCommit(head, name, colour, release, file.file) : null;
  if (head === null || why !== null) {
    if (flags.tag) throw new UsageError(`No tag was made: ${why}`);
    return { commit: null, tag: null, why };
  }
  const tag = `release/${release}`;
  const at = await commitOf(`refs/tags/${tag}`);
  if (at !== null && at !== head)
    throw new UsageError(
      `The tag ${tag} is on commit ${at.slice(0, 12)}, and the record is of ${head.slice(0, 12)}. A tag is never moved: look at what it names.`,
      `git show --stat ${tag}`,
    );
  if (at === null && flags.tag) await makeTag(tag, head, `Release ${release} of stack ${name}`);
  return { commit: head, tag: at !== null || flags.tag ? tag : null, why: null };
}

async function whyNoCommit(
  head: string | null,
  stack: string,
  colour: Colour,
  release: string,
  file: string,
): Promise<string | null> {
  if (head === null) return "there is no git repository here, or no commit in it";
  const committed = await readStackConfigAt(stack, head);
  const there = committed === null ? null : releaseNameOf(committed.config, colour);
  if (there !== release)
    return `the last commit asks for ${there === null ? "no such stack" : `release ${there}`} in ${colour}, and not for ${release}: commit the stack's file first`;
  const changed = await changedFiles([file, `Pulumi.${stack}.yaml`]);
  if (changed.length === 0) return null;
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : "";
  return `files differ from the last commit (${changed.slice(0, 3).join(", ")}${more}): commit them first`;
}

/** Since when the release serves everybody on another stack; a sentence where it does not. */
async function stagedIn(from: string, { stack, colour, flags }: Asked): Promise<Found["staging"] | string> {
  const staging = await readStack(from);
  if (flags.offline) return `since when it runs in ${from} only the account of ${from} knows (--offline)`;
  const record = await recordOf(staging);
  let slot: Colour;
  try {
    slot = servingWhole(staging, record);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  if (
    record === null ||
    releasedOf(slotOf(staging.config, slot)) !== releasedOf(slotOf(stack.config, colour))
  )
    return `${from} serves another release than this one: its ${slot} has another image, config or environment`;
  return { since: isoToTheSecond(record.liveSince), logGroup: slotLogGroup(staging.place, slot), slot };
}

async function rehearsalIn(file: string, release: string): Promise<Found["rehearsal"]> {
  const again = "npm run rehearse -- --config Pulumi.STACK.yaml --images FILE --evidence FILE";
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--evidence ${file} cannot be read (${error.code})`, again, { cause: error });
  });
  const { whole, digest, why } = verifyEvidence(text, null);
  if (!whole) throw new UsageError(`--evidence ${file} is not whole: ${why}`, again);
  const named = rehearsedIn(text)?.release ?? null;
  if (named === null || !showsRollback(text))
    throw new UsageError(`--evidence ${file} is no rehearsal of a rollback`, again);
  if (named !== release)
    throw new UsageError(`--evidence ${file} is of release ${named}, and the candidate is ${release}`, again);
  return { release, evidenceDigest: digest, evidence: file };
}

function said(
  { place }: StackText,
  colour: Colour,
  release: string,
  { file, prefix }: RecordFile,
  { record, filled, notes }: Prepared,
  left: readonly Left[],
): string {
  const { candidate } = record;
  const row = (name: string, text: string | undefined) => `  ${name.padEnd(12)}${text ?? "not known"}`;
  return `${[
    `release ${release}, in ${colour} of ${place.stack}`,
    row("commit", candidate?.commit),
    row("tag", candidate?.tag),
    row("previous", candidate?.previous),
    row("staging", record.staging && `since ${record.staging.since}`),
    row("rehearsal", record.rehearsal && `${record.rehearsal.release}, ${record.rehearsal.evidenceDigest}`),
    filled.length === 0
      ? `${file} says all of that already`
      : `written to ${file}: ${filled.map((part) => `${prefix}${part}`).join(", ")}`,
    ...notes.map((note) => wrapped(`note: ${note}`, 0)),
    left.length === 0 ? "nothing is left" : "left for people:",
    ...left.map(({ path, what }) => wrapped(`${path}: ${what}`, 2)),
  ].join("\n")}\n`;
}
