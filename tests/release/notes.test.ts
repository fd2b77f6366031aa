import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import { plain } from "../../release/markdown.ts";
import { sendPost, statusPostOf } from "../../release/status-post.ts";
import { storyOf } from "../../release/story.ts";
import { openRecords } from "./account.ts";
import { type Folder, openFolder } from "./kit.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Rollouts of a rehearsal: a promotion in two steps, each watched once more, and the way back from it. */
const rollouts = ["promoted", "rolled-back"] as const;
const [release, before] = ["21a62a1ebd3c09b0", "3f2f40fd67875a11"];

/** Asks for the notes of the promotion. */
const ofPromotion = ["notes", "--stack", "rehearsal", "--evidence", "promoted.jsonl"];

/** A folder with the rehearsed stack, whose record names the release, and a history. */
function rehearsed(t: TestContext): Folder {
  const folder = openFolder(t);
  folder.write("Pulumi.rehearsal.yaml", folder.read("Pulumi.staging.yaml"));
  folder.commit("the release before");
  folder.git("tag", `release/${before}`);
  for (const subject of [
    "Answers of GitHub are cached",
    "# 1. | `code` <b>bold</b> [a](http://b) @somebody *s* _u_",
    "- not a list",
  ]) {
    folder.write("a", subject);
    folder.commit(subject);
  }
  folder.git("tag", `release/${release}`);
  for (const name of rollouts)
    copyFileSync(join(here, "evidence", `${name}.jsonl`), join(folder.path, `${name}.jsonl`));
  return folder;
}

test("the notes of a promotion and of a rollback are written from their evidence and the commits in between", async (t) => {
  const folder = rehearsed(t);
  for (const name of rollouts) {
    const { code, out, err } = await folder.run("main", [
      "notes",
      "--stack",
      "rehearsal",
      "--evidence",
      `${name}.jsonl`,
    ]);
    assert.deepEqual([code, err], [0, ""]);
    const commit = folder.git("rev-parse", "HEAD").slice(0, 12);
    const shown = out.replaceAll(commit, "0123456789ab");
    const golden = join(here, "golden", `${name}.md`);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, shown);
    assert.equal(shown, readFileSync(golden, "utf8"));
  }
  const { code, out } = await folder.run("main", [...ofPromotion, "--out", "notes.md"]);
  assert.deepEqual([code, out], [0, "written to notes.md\n"]);
  const json = await folder.run("main", [...ofPromotion, "--json"]);
  const { story, post, subjects } = JSON.parse(json.out) as {
    story: { steps: { weight: number; requests: number }[] };
    post: { status: string };
    subjects: string[];
  };
  assert.deepEqual(
    [story.steps.map(({ weight, requests }) => [weight, requests]), post.status, subjects.length],
    [
      [
        [50, 319],
        [100, 582],
      ],
      "released",
      3,
    ],
  );
});

test("evidence that is changed, of another stack or of no ended rollout makes no notes: a sentence, exit code 2", async (t) => {
  const folder = rehearsed(t);
  const refused = async (words: readonly string[], message: RegExp) => {
    const { code, out, err } = await folder.run("main", ["notes", ...words]);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  };
  const of = (file: string, stack = "rehearsal") => ["--stack", stack, "--evidence", file];
  await refused(["--stack", "rehearsal"], /Name the rollout's evidence with --evidence FILE/);
  await refused(of("nowhere.jsonl"), /--evidence nowhere\.jsonl cannot be read \(ENOENT\)/);
  await refused(of("promoted.jsonl", "production"), /is of stack rehearsal, and not of production/);
  folder.change("promoted.jsonl", "319", "320");
  await refused(of("promoted.jsonl"), /is not whole: line \d+ does not follow line/);
  const log = new EvidenceLog({ rollout: "r", stack: "rehearsal", now: () => 0 });
  folder.write("other.jsonl", log.text() || "\n");
  await refused(of("other.jsonl"), /is not whole/);
  log.append("asked", { releases: { blue: before, green: release } });
  folder.write("begun.jsonl", log.text());
  await refused(of("begun.jsonl"), /it tells of no rollout of a candidate that has ended/);
  log.append("judged", { colour: "green", weight: 0, judgement: { verdict: "pass", why: "w" } });
  log.append("ended", { outcome: "at-weight", why: "w" });
  folder.write("between.jsonl", log.text());
  await refused(of("between.jsonl"), /it ended at weight: there is nothing to tell users yet/);
});

test("words of others are words in Markdown: no heading, list, code, link, cell or mention is made of them", () => {
  assert.equal(plain("# a | b"), "\\# a \\| b");
  assert.equal(plain("- a\n- b"), "\\- a - b");
  assert.equal(plain("12. a"), "12\\. a");
  assert.equal(
    plain("<b>`c`</b> [d](e) *f* _g_ ~h~ & @i"),
    "&lt;b>\\`c\\`&lt;/b> \\[d\\](e) \\*f\\* \\_g\\_ \\~h\\~ &amp; @<!-- -->i",
  );
});

const story = storyOf(
  readFileSync(join(here, "evidence/promoted.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Parameters<typeof storyOf>[0][number]),
);

test("the status page gets one JSON document, and a page that takes it not is told without its address", async (t) => {
  const got: { body: string; type: string | undefined }[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ body, type: request.headers["content-type"] });
      const elsewhere = request.url === "/elsewhere";
      response.writeHead(elsewhere ? 204 : status, status === 307 ? { location: "/elsewhere" } : {}).end();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/hook/of-no-use`;
  const post = statusPostOf(story);
  const signal = AbortSignal.timeout(20_000);
  const send = (to: string, loopback = true) => sendPost(post, to, { send: fetch, signal, loopback });
  await send(`${address}\n`);
  assert.deepEqual(got, [{ body: JSON.stringify(post), type: "application/json" }]);
  assert.deepEqual([post.status, post.release, post.before], ["released", release, before]);

  status = 500;
  await assert.rejects(send(address), /^Error: the status page answered 500, and took nothing$/);
  status = 307;
  const moved = await send(address).catch((error: Error) => error);
  assert.match(String(moved), /could not be reached/);
  assert.doesNotMatch(String(moved), /of-no-use|127\.0\.0\.1/);
  for (const [to, loopback] of [
    [address, false],
    ["http://example.com/hook", true],
    ["no address", true],
    ["ftp://127.0.0.1/", true],
  ] as const)
    await assert.rejects(send(to, loopback), /^Error: the secret holds no address that begins with https:$/);
  assert.equal(got.length, 3);
});

test("--post asks for the secret by its name and says none of its value, whatever comes of it", async (t) => {
  const folder = rehearsed(t);
  const { aws, makeSecret } = await openRecords(t);
  await makeSecret("hub/plain", "http://127.0.0.1:9/of-no-use");
  await makeSecret("hub/status", `https://127.0.0.1:${await freePort()}/of-no-use`);
  const words = [...ofPromotion, "--out", "notes.md", "--post"];
  for (const [secret, message] of [
    [
      "hub/plain",
      /was not told, by the address in the secret hub\/plain: the secret holds no address that begins with https:/,
    ],
    ["hub/status", /in the secret hub\/status: the status page could not be reached \(ECONNREFUSED\)/],
    ["hub/none", /in the secret hub\/none: .*can't find the specified secret/i],
  ] as const) {
    const { code, out, err } = await folder.run("main", [...words, secret], { ...aws.env });
    assert.deepEqual([code, out], [1, "written to notes.md\n"], err);
    assert.match(err, message);
    assert.doesNotMatch(err, /of-no-use|127\.0\.0\.1/);
  }
});
