import assert from "node:assert/strict";
import { test } from "node:test";
import { planComment } from "../../plan/comment.ts";
import { formatPlan } from "../../plan/format.ts";
import { planOf, situations } from "./situations.ts";

const resource = (index: number) =>
  `    ~ aws:ecs/service:Service: (update)\n        [urn=urn:pulumi:production::hub::${index}]\n      ~ image: "a" => "b"`;

test("a comment has the plan on top and the resources folded below it, whatever fences they hold", () => {
  const comment = planComment("## Plan\n", `Previewing\n${resource(1)}\n      ~ text: "\`\`\`js"`);
  assert.ok(comment.startsWith("## Plan\n\n<details><summary>Resources</summary>\n\n````diff\nPreviewing\n"));
  assert.ok(comment.endsWith("\n````\n\n</details>\n"));
});

test("a comment that would be longer than GitHub takes is cut in whole resources, and says how many are missing", () => {
  const diff = ["Previewing", ...Array.from({ length: 2_000 }, (_, index) => resource(index))].join("\n");
  const plan = formatPlan(planOf(situations["cut-over"] ?? { asks: {} }), "markdown");
  const comment = planComment(plan, diff);
  assert.ok(comment.length <= 65_536, `${comment.length}`);
  assert.ok(comment.length > 60_000, `${comment.length}`);
  const shown = comment.split("(update)").length - 1;
  assert.equal(comment.split('image: "a" => "b"').length - 1, shown);
  assert.match(
    comment,
    new RegExp(`\\n\\n${2_000 - shown} more of 2001 sections are in the job's log\\.\\n$`),
  );
});

test("without changed resources the comment is the plan", () => {
  assert.equal(planComment("## Plan\n", ""), "## Plan\n");
});
