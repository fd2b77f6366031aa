import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { repository } from "../../rehearsal/stage/index.ts";
import { example, noAccount, openBusyPlace, plan } from "./command-kit.ts";

const folder = join(import.meta.dirname, "pull-request");
const { jobs } = parse(readFileSync(join(repository, "docs/workflows/preview.yml"), "utf8")) as {
  jobs: Record<string, { env: Record<string, string>; steps: { name?: string; run?: string }[] }>;
};

/** The words that a step of the workflow gives to `npm run plan`, with its variables filled in. */
function wordsOf(job: string, step: string, env: Readonly<Record<string, string>>): string[] {
  const { env: all = {}, steps = [] } = jobs[job] ?? {};
  const run = steps.find(({ name }) => name === step)?.run ?? "";
  const [, words = ""] = /^npm run -s plan -- (.*?) >>? \S+\s*$/.exec(run) ?? [];
  const values = { ...all, ...env };
  const filled = words.replaceAll(/"\$(\w+)"/g, (_, variable: string) => values[variable] ?? "");
  assert.notEqual(filled, "", `${job}: ${step} runs no plan`);
  return filled.split(" ");
}

/** A repository in which the example is deployed, and a second commit that asks for green. */
function pullRequest(t: TestContext) {
  const made = example(t);
  // Somebody is on call whenever this is run.
  made.change('until: "2026-11-30T08:00:00Z"', 'until: "2099-01-01T00:00:00Z"');
  made.commit("deployed, and somebody is on call");
  made.change('hub:greenWeight: "0"', 'hub:greenWeight: "100"');
  made.commit("green goes live");
  return made;
}

/** What differs from run to run: the moment, and names of releases, which follow from the whole config. */
function settled(comment: string): string {
  const letters = new Map<string, string>();
  return comment.replace(/<sub>\S+,/, "<sub>NOW,").replaceAll(/(?<!\/)\b[0-9a-f]{16}\b/g, (hash) => {
    const letter = letters.get(hash) ?? String.fromCodePoint("A".codePointAt(0)! + letters.size);
    letters.set(hash, letter);
    return letter.repeat(16);
  });
}

function reads(file: string, comment: string): void {
  const path = join(folder, file);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(path, settled(comment));
  assert.equal(
    settled(comment),
    readFileSync(path, "utf8"),
    `${path}: if it should, set UPDATE_GOLDEN=1 and read the diff`,
  );
}

test("a pull request that moves traffic gets the very comment that its workflow would write, with the account asked", async (t) => {
  const { place } = await openBusyPlace(t);
  const { folder: checkout } = pullRequest(t);
  const words = wordsOf("preview", "Write the comment", {}).map((word) =>
    word === "preview.txt" ? join(folder, word) : word,
  );
  const { code, out, err } = await plan(checkout, words, place.aws.env);
  assert.deepEqual([code, err], [0, ""]);
  reads("comment.md", out);
  assert.deepEqual(place.writes(), []);
});

test("a fork's gets a plan of its two commits, which says what nobody could ask", async (t) => {
  const { folder: checkout } = pullRequest(t);
  const words = wordsOf("fork", "Write the plan into the job's summary", { BASE: "HEAD~1" });
  const { code, out, err } = await plan(checkout, words, noAccount);
  assert.deepEqual([code, err], [0, ""]);
  reads("fork.md", out);
});

test("a pull request that would be refused gets the refusal as its comment, and a failed check", async (t) => {
  const { place } = await openBusyPlace(t);
  const { folder: checkout, change, commit } = pullRequest(t);
  change("3b5d5c3712955042212316173ccf37be800a1b21d7f5a5e4a4f5f2d7c1b2a390", "f".repeat(64));
  commit("blue changes under its users");
  const { code, out } = await plan(
    checkout,
    ["--stack", "production", "--format", "markdown"],
    place.aws.env,
  );
  assert.equal(code, 1);
  reads("refused.md", out);
});
