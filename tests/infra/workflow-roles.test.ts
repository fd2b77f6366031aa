import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseConfig } from "../../infra/config.ts";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { type Workflows, deploySubjects, previewSubjects, trustJobs } from "../../infra/workflow-subjects.ts";
import { allowed } from "./policy.ts";

const of = "token.actions.githubusercontent.com";

/** Whether a job with this subject may take a role whose trust names these. */
function trusts(subjects: readonly string[], subject: string): boolean {
  const { Statement } = trustJobs("arn:provider", ["sts.amazonaws.com"], subjects) as {
    Statement: { Action: string; Condition: object }[];
  };
  const document: PolicyDocument = {
    Version: "2012-10-17",
    Statement: Statement.map(({ Action, Condition }) => ({
      Effect: "Allow",
      Action: [Action],
      Resource: "*",
      Condition,
    })),
  };
  const context = { [`${of}:aud`]: "sts.amazonaws.com", [`${of}:sub`]: subject };
  return allowed(document, { action: "sts:AssumeRoleWithWebIdentity", resource: "*", context });
}

const hub = { repository: "example/hub" };
const withIds = { repository: "example@11/hub@22" };

/** Who may deploy, whose subject a job carries, and whether it may. */
const jobs: readonly [name: string, workflows: Workflows, subject: string, may: boolean][] = [
  ["the main branch, old form", hub, "repo:example/hub:ref:refs/heads/main", true],
  ["the main branch, with ids", hub, "repo:example@11/hub@22:ref:refs/heads/main", true],
  ["another branch", hub, "repo:example/hub:ref:refs/heads/other", false],
  ["another branch, with ids", hub, "repo:example@11/hub@22:ref:refs/heads/main2", false],
  ["a tag of that name", hub, "repo:example/hub:ref:refs/tags/main", false],
  ["a pull request", hub, "repo:example/hub:pull_request", false],
  ["a pull request, with ids", hub, "repo:example@11/hub@22:pull_request", false],
  ["another repository", hub, "repo:example/hub2:ref:refs/heads/main", false],
  ["another repository, with ids", hub, "repo:example@11/hub2@23:ref:refs/heads/main", false],
  ["another owner, with ids", hub, "repo:example2@12/hub@22:ref:refs/heads/main", false],
  ["ids that were named", withIds, "repo:example@11/hub@22:ref:refs/heads/main", true],
  [
    "ids that were named, of a repository older than ids",
    withIds,
    "repo:example/hub:ref:refs/heads/main",
    true,
  ],
  ["the name, taken by somebody else", withIds, "repo:example@99/hub@98:ref:refs/heads/main", false],
  [
    "a pattern's branch",
    { ...hub, branch: "release/*" },
    "repo:example/hub:ref:refs/heads/release/1.2",
    true,
  ],
  [
    "a pattern's branch, with ids",
    { ...hub, branch: "release/*" },
    "repo:example@1/hub@2:ref:refs/heads/release/1",
    true,
  ],
  [
    "a branch beside a pattern",
    { ...hub, branch: "release/*" },
    "repo:example/hub:ref:refs/heads/main",
    false,
  ],
  [
    "an environment",
    { ...hub, environments: ["production"] },
    "repo:example/hub:environment:production",
    true,
  ],
  [
    "an environment, with ids",
    { ...hub, environments: ["production"] },
    "repo:example@11/hub@22:environment:production",
    true,
  ],
  [
    "another one of several environments",
    { ...hub, environments: ["production", "break-glass"] },
    "repo:example/hub:environment:break-glass",
    true,
  ],
  [
    "another environment",
    { ...hub, environments: ["production"] },
    "repo:example/hub:environment:staging",
    false,
  ],
  [
    "a branch, where an environment is asked for",
    { ...hub, environments: ["production"] },
    "repo:example/hub:ref:refs/heads/main",
    false,
  ],
  [
    "an environment with a colon",
    { ...hub, environments: ["eu:prod"] },
    "repo:example/hub:environment:eu%3Aprod",
    true,
  ],
];

for (const [name, workflows, subject, may] of jobs)
  test(`a job ${may ? "deploys" : "does not deploy"}: ${name}`, () => {
    assert.equal(trusts(deploySubjects(workflows), subject), may);
  });

test("pull requests preview, and nothing else does", () => {
  for (const workflows of [hub, withIds]) {
    const subjects = previewSubjects(workflows);
    assert.ok(trusts(subjects, "repo:example/hub:pull_request"));
    assert.ok(trusts(subjects, "repo:example@11/hub@22:pull_request"));
    assert.ok(!trusts(subjects, "repo:example/hub:ref:refs/heads/main"));
    assert.ok(!trusts(subjects, "repo:example/other:pull_request"));
  }
});

test("a trust without patterns names every subject whole", () => {
  const text = JSON.stringify(trustJobs("arn:provider", ["sts.amazonaws.com"], deploySubjects(withIds)));
  assert.doesNotMatch(text, /\*/);
});

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const id = fc.nat();

test("only jobs of the repository's own name deploy, whatever ids its subject carries", () => {
  fc.assert(
    fc.property(name, name, name, name, id, id, (owner, repository, owner2, repository2, one, two) => {
      const subjects = deploySubjects({ repository: `${owner}/${repository}` });
      const same = owner === owner2 && repository === repository2;
      const job = "ref:refs/heads/main";
      assert.equal(trusts(subjects, `repo:${owner2}/${repository2}:${job}`), same);
      assert.equal(trusts(subjects, `repo:${owner2}@${one}/${repository2}@${two}:${job}`), same);
      assert.ok(trusts(subjects, `repo:${owner}@${one}/${repository}@${two}:${job}`));
    }),
  );
});

const refused: readonly [github: object, problem: RegExp][] = [
  [{ repository: "hub" }, /hub:github\.repository: must be owner\/name/],
  [{ repository: "example@1/hub" }, /hub:github\.repository: must be owner\/name/],
  [{ repository: "example/*" }, /hub:github\.repository: must be owner\/name/],
  [{ ...hub, branch: "main?" }, /hub:github\.branch: must be the name of a branch/],
  [{ ...hub, branch: "${aws:username}" }, /hub:github\.branch: must be the name of a branch/],
  [{ ...hub, environments: ["*"] }, /hub:github\.environments\[0\]: must be the name of an environment/],
  [
    { ...hub, environments: ["production"], branch: "main" },
    /hub:github\.branch: has no say beside environments/,
  ],
];

for (const [github, problem] of refused)
  test(`a repository's workflows are refused: ${JSON.stringify(github)}`, () => {
    const config = { blue: { image: "hub:1" }, sidecar: { signingSecret: "hub/signing" }, github };
    assert.throws(() => parseConfig(config), problem);
  });
