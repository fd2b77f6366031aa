import type { Mutant } from "../mutant.ts";

const promote = ["tests/release/promote.test.ts"];
const prepare = ["tests/release/prepare.test.ts"];
const tags = ["tests/release/tags.test.ts"];
const notes = ["tests/release/notes.test.ts"];
const rehearsed = ["tests/rehearsal/rollback-evidence.test.ts", "tests/checks/another-release.test.ts"];

/** Mutants of what takes a release from one stack to the next, and of what is written down of it. */
export const release: readonly Mutant[] = [
  {
    does: "a tag is promoted, and by the time production pulls it it is another image",
    file: "release/promotion.ts",
    before: "if (digest === null)",
    after: "if (digest === undefined)",
    tests: promote,
  },
  {
    does: "production pulls from staging's registry, which it may not",
    file: "release/promotion.ts",
    before: "return `${repositoryOf(target.image)}@${digest}`;",
    after: "return `${repositoryOf(source.image)}@${digest}`;",
    tests: promote,
  },
  {
    does: "an image goes to production without its environment",
    file: "release/released.ts",
    before: '["image", "architecture", "hubConfig", "environment"]',
    after: '["image", "architecture", "hubConfig"]',
    tests: promote,
  },
  {
    does: "a promotion writes over the colour that serves users",
    file: "release/live.ts",
    before: "if (record.live === colour || record.weights[colour] > 0)",
    after: "if (record.live === colour && record.weights[colour] > 100)",
    tests: promote,
  },
  {
    does: "what staging's file asks for is promoted although something else is deployed there",
    file: "release/live.ts",
    before: "if (release === asked ||",
    after: "if (release !== undefined ||",
    tests: promote,
  },
  {
    does: "a file with problems is written all the same",
    file: "release/command/promote.ts",
    before: "if (config !== null && problems.length === 0) return",
    after: "if (config === null) return '';\n  if (problems.length >= 0) return",
    tests: promote,
  },
  {
    does: "a trial run writes production's file",
    file: "release/command/promote.ts",
    before: "if (made.changes.length > 0 && !dryRun)",
    after: "if (made.changes.length > 0)",
    tests: promote,
  },
  {
    does: "setting one member of a file takes the line behind it away",
    file: "release/yaml-member.ts",
    before: 'const closes = text[end - 1] === "\\n" ? lineEnd : "";',
    after: 'const closes = "";',
    tests: ["tests/release/yaml-member.test.ts"],
  },
  {
    does: "the signature of a person is overwritten by what was found out",
    file: "release/prepared.ts",
    before: "{ since, stack: { logGroup, slot }, ...stated }",
    after: "{ ...stated, since, stack: { logGroup, slot } }",
    tests: ["tests/release/prepared.test.ts"],
  },
  {
    does: "approvals of the last release count for the next one",
    file: "release/command/prepare.ts",
    before: "if (before === undefined || before === release)",
    after: "if (before !== null)",
    tests: prepare,
  },
  {
    does: "a release gets the time that another one ran in staging",
    file: "release/command/prepare.ts",
    before: "releasedOf(slotOf(staging.config, slot)) !== releasedOf(slotOf(stack.config, colour))",
    after: "slotOf(staging.config, slot) === slotOf(stack.config, colour)",
    tests: prepare,
  },
  {
    does: "a release is tagged on a commit that holds something else",
    file: "release/command/prepare.ts",
    before: "if (there !== release)",
    after: "if (there === null)",
    tests: tags,
  },
  {
    does: "a tag that is on another commit is taken for this one's",
    file: "release/command/prepare.ts",
    before: "if (at !== null && at !== head)",
    after: "if (at === null && at !== head)",
    tests: tags,
  },
  {
    does: "evidence of another release's rehearsal is written into the record",
    file: "release/command/prepare.ts",
    before: "if (named !== release)",
    after: "if (named === null)",
    tests: prepare,
  },
  {
    does: "notes are written from evidence that somebody changed",
    file: "release/command/notes.ts",
    before: "if (!whole) throw",
    after: "if (digest === file) throw",
    tests: notes,
  },
  {
    does: "the status page's secret address is told in an error",
    file: "release/status-post.ts",
    before: "throw new Error(`the status page could not be reached${",
    after: "throw new Error(`${String(error.cause)}${",
    tests: notes,
  },
  {
    does: "the post goes wherever the status page sends it on to",
    file: "release/status-post.ts",
    before: 'redirect: "error",',
    after: 'redirect: "follow",',
    tests: notes,
  },
  {
    does: "users are told that a rolled-back release is live",
    file: "release/status-post.ts",
    before: '"rolled-back": "rolled back",',
    after: '"rolled-back": "released",',
    tests: notes,
  },
  {
    does: "a step's first verdict is told in place of the one that decided",
    file: "release/story.ts",
    before: "steps[index + 1]?.from !== step.from",
    after: "steps[index - 1]?.from !== step.from",
    tests: notes,
  },
  {
    does: "a commit's subject calls people on the page with the notes",
    file: "release/markdown.ts",
    before: '.replaceAll("@", "@<!-- -->")',
    after: "",
    tests: notes,
  },
  {
    does: "evidence of one release's rollback counts for every release that it names",
    file: "checks/preflight/rollback-rehearsed.ts",
    before: "if (named !== asked)",
    after: "if (named === null)",
    tests: rehearsed,
  },
  {
    does: "an approval of one release lets another one out",
    file: "checks/preflight/stated.ts",
    before: "|| written === asked) return null;",
    after: "|| written !== asked) return null;",
    tests: ["tests/checks/another-release.test.ts"],
  },
  {
    does: "a rehearsal's evidence names the release as the rehearsal does, and no check ever takes it",
    file: "rehearsal/rollback-evidence.ts",
    before: "const of = about ?? played;",
    after: "const of = played;",
    tests: rehearsed,
  },
  {
    does: "evidence of an earlier rehearsal is written over",
    file: "rehearsal/rollback-evidence.ts",
    before: '{ flag: "wx" }',
    after: '{ flag: "w" }',
    tests: rehearsed,
  },
];
