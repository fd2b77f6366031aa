import { isoToTheSecond as moment } from "../domain/iso.ts";
import { plain } from "./markdown.ts";
import { statusOf, statusPostOf } from "./status-post.ts";
import type { Story } from "./story.ts";

/** What the notes are written from, besides the story. */
export interface NotesFacts {
  readonly story: Story;
  /** Where the evidence is, and its digest. */
  readonly evidence: { readonly file: string; readonly digest: string };
  readonly commit: string | null;
  /** Tag of the release before; null: there is none to count from. */
  readonly since: string | null;
  /** Subjects of the commits since then, the newest first. */
  readonly subjects: readonly string[];
  readonly documentation: string | null;
}

/** Release notes in Markdown: what went live or did not, how, and drafts for people to finish. */
export function releaseNotes(facts: NotesFacts): string {
  const { story } = facts;
  const status = statusOf(story);
  const title = { released: "is live", "rolled back": "was rolled back", "no change": "did not go live" };
  const parts = [
    `# Release ${story.release} of ${plain(story.stack)} ${title[status]}`,
    factsTable(facts),
    status === "released" ? "" : `**Why:** ${plain(story.back?.why ?? story.why)}`,
    `## Steps\n\n${stepsTable(story)}`,
    `## Changes\n\n${changes(facts)}`,
    `## Status page\n\n\`\`\`json\n${JSON.stringify(statusPostOf(story), null, 2)}\n\`\`\``,
    status === "released" ? announcement(facts) : afterRollback(facts),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function factsTable({ story, evidence, commit, since }: NotesFacts): string {
  const { candidate, before, began, ended, rollout, outcome } = story;
  const range = commit === null ? "not known" : `\`${commit.slice(0, 12)}\``;
  const from = since === null ? "" : `, since \`${since}\``;
  return [
    row(["", ""]),
    row(["---", "---"]),
    row(["Colour", candidate]),
    row(["Before", before]),
    row(["Began", moment(began)]),
    row(["Ended", `${moment(ended)}: ${plain(outcome)}`]),
    row(["Commit", `${range}${from}`]),
    row(["Rollout", plain(rollout)]),
    row(["Evidence", `${plain(evidence.file)}, \`${evidence.digest}\``]),
  ].join("\n");
}

function stepsTable({ steps, candidate, back }: Story): string {
  if (steps.length === 0)
    return back === null ? "No user met it." : "None: the traffic went back by one change.";
  const head = ["Weight", "From", "Until", "Requests seen", "Verdict", "Why"];
  const rows = steps.map(({ weight, from, to, requests, verdict, why }) =>
    row([
      `${candidate} ${weight} %`,
      moment(from),
      moment(to),
      requests === null ? "not counted" : String(requests),
      verdict,
      plain(why),
    ]),
  );
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function changes({ subjects, since }: NotesFacts): string {
  if (since === null) return "The release before has no tag: what changed since then is not known.";
  return subjects.length === 0 ? "No commit." : subjects.map((one) => `- ${plain(one)}`).join("\n");
}

function announcement({ story, documentation }: NotesFacts): string {
  const link = documentation === null ? "[link to the documentation]" : plain(documentation);
  return `## Announcement (draft)

Since ${moment(story.ended)} a new version serves everybody. What is new:

- [write what users notice; the commits above are for those who made them]

More: ${link}`;
}

function afterRollback({ story }: NotesFacts): string {
  const { back, release, candidate, before } = story;
  const stack = plain(story.stack);
  return `## What is next (draft)

${backWords(back)}Release ${before} serves everybody.

- [ ] Tell the team and, where they noticed, the users: \`npm run check -- rollback --stack ${stack}\` tells the team's topic, and drafts the incident document from the evidence.
- [ ] Hotfix plan: who, what, by when. [write it]
- [ ] Put the repaired release into ${candidate}. Release ${release} is refused until it changes, or until \`rollout.retry\` names it.
- [ ] Rehearse its rollback, and begin its record: \`npm run release -- prepare --stack ${stack} --anew\`
- [ ] Day and time of the next deployment, with on-call and team told. [write them]`;
}

function backWords(back: Story["back"]): string {
  if (back === null) return "";
  const { decided, proved } = back;
  return proved === null
    ? `It was decided at ${moment(decided)}, and nothing shows that traffic came back. `
    : `It was decided at ${moment(decided)} and seen in traffic at ${moment(proved)}, ${((proved - decided) / 1_000).toFixed(1)} s later. `;
}
