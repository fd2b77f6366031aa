import assert from "node:assert/strict";
import { test } from "node:test";
import { marked } from "marked";
import { renderMarkdown } from "../../rehearsal/report/markdown.ts";
import { rollbackResult } from "./played.ts";

const kept = rollbackResult("bad-release", true);
const broken = rollbackResult("rollback", false);
const replay = (scenario: string) => `npm run rehearse -- --scenario ${scenario} --seed 7`;

test("the summary has a row of figures for each scenario, and all of what broke with the line to play it again", () => {
  const text = renderMarkdown({ seed: 7, results: [kept, broken], replay });
  assert.match(text, /^### Rehearsal: 1 of 2 promises kept\n/);
  assert.match(
    text,
    /^\| bad-release \| kept \| 10 \(2\.5 %\) of 400 \| 4 \(100 %\) of 4 \| [\d.]+ s \| \d+ ms \| 0 \| 0 \| — \|$/m,
  );
  assert.match(text, /^\| rollback \| \*\*BROKEN\*\* \|/m);
  assert.match(
    text,
    /^- \*\*BROKEN\*\* no request is lost: 3 of 9 lost; first: .*(and so on ){40}to its end$/m,
  );
  assert.match(text, /^```\nnpm run rehearse -- --scenario rollback --seed 7\n```$/m);
  assert.doesNotMatch(text, /BROKEN.*no open session breaks|scenario bad-release/);
});

test("what a hub said is no markup, no link and calls nobody in a pull request", () => {
  const said = "<img src=x> @team [a](https://evil.example) | `code` ![b](c)";
  const nasty = { ...broken, held: [{ what: said, ok: false, saw: said }] };
  const text = renderMarkdown({ seed: 1, results: [nasty], replay: () => "a ``` b" });
  assert.doesNotMatch(text, /@team|https:\/\//);
  const html = marked.parse(text, { gfm: true, async: false });
  assert.doesNotMatch(html, /<img|<a /);
  assert.match(html, /<pre><code>a ``` b/);
});

test("what could not be told is not called broken, and says why", () => {
  const text = renderMarkdown({
    seed: 1,
    results: [{ ...broken, inconclusive: "this machine is starved" }],
    replay,
  });
  assert.doesNotMatch(text, /BROKEN/);
  assert.match(text, /\*\*cannot tell\*\*[^]*this machine is starved/);
});
