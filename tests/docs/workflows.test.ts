import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const top = fileURLToPath(new URL("../../", import.meta.url));
/** Those that run here, and those to copy. */
const workflows = [".github/workflows", "docs/workflows"].flatMap((folder) =>
  readdirSync(join(top, folder)).map((name) => join(folder, name)),
);
/** The same jobs for GitLab. */
const gitlab = "docs/gitlab-ci.yml";
const { scripts, dependencies } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { "timeout-minutes"?: number; permissions?: Record<string, string>; steps: Step[] }
  >;
}

for (const name of workflows)
  test(`the workflow ${name} may nothing that a job does not name, trusts no tag, and runs what there is`, () => {
    const { permissions, jobs } = parse(readFileSync(join(top, name), "utf8")) as Workflow;
    assert.deepEqual(permissions, {});
    assert.ok(Object.keys(jobs).length > 0);
    for (const job of Object.values(jobs)) {
      assert.notEqual(job.permissions, undefined);
      assert.ok((job["timeout-minutes"] ?? 0) > 0);
      assert.ok(job.steps.some(({ uses }) => uses?.startsWith("actions/checkout@")));
      for (const { uses, with: given } of job.steps) {
        if (uses === undefined) continue;
        assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
        if (uses.startsWith("actions/checkout@")) assert.equal(given?.["persist-credentials"], false);
      }
      for (const { run = "" } of job.steps) {
        // What an expression puts into a script could be a script: values come in by the environment.
        assert.ok(!run.includes("${{"), run);
        assert.equal(spawnSync("bash", ["-n"], { input: run }).status, 0, run);
        for (const [, script = ""] of run.matchAll(/npm run (?:-s )?([\w:-]+)/g))
          assert.ok(script in scripts, `npm run ${script}`);
      }
    }
  });

interface GitlabJob {
  readonly stage?: string;
  readonly extends?: string;
  readonly script?: string[];
  readonly before_script?: string[];
  readonly environment?: string;
  readonly resource_group?: string;
  readonly interruptible?: boolean;
  readonly timeout?: string;
}

test("the jobs for GitLab run what there is, a command a line, and nothing cancels the one that deploys", () => {
  const {
    stages,
    default: all,
    variables,
    ".aws": shared,
    ...jobs
  } = parse(readFileSync(join(top, gitlab), "utf8")) as Record<string, GitlabJob> & {
    stages: string[];
    default: GitlabJob;
    variables: object;
  };
  assert.deepEqual(Object.keys(jobs), ["plan", "deploy", "drift", "watch", "approve", "rollback", "abort"]);
  for (const { stage = "", extends: from, script = [] } of Object.values(jobs)) {
    assert.ok(stages.includes(stage) && script.length > 0 && from === ".aws");
    for (const line of [...(shared?.before_script ?? []), ...script]) {
      assert.equal(spawnSync("bash", ["-n"], { input: line }).status, 0, line);
      assert.match(line, /^(?:npm (?:ci|run) |pulumi |install |printenv )[^;&|]*$/);
      const [, named] = /^npm run (?:-s )?([\w:-]+)/.exec(line) ?? [];
      assert.ok(named === undefined || named in scripts, line);
    }
  }
  assert.deepEqual(
    [all.interruptible, jobs["deploy"]?.resource_group, jobs["deploy"]?.environment],
    [false, "$STACK", "production"],
  );
  assert.equal(jobs["deploy"]?.interruptible, undefined);
  assert.ok("STACK" in variables);
});

test("the workflows to copy install the plugins of the packages that the program is written with", () => {
  const text = [...workflows, gitlab].map((name) => readFileSync(join(top, name), "utf8")).join("\n");
  const installed = [...text.matchAll(/pulumi plugin install resource (\w+) (\S+)/g)];
  assert.ok(installed.length >= 8);
  for (const [, plugin = "", version] of installed) assert.equal(version, dependencies[`@pulumi/${plugin}`]);
  for (const [, aws, awsx] of text.matchAll(/key: pulumi-plugins-aws-(\S+)-awsx-(\S+)/g))
    assert.deepEqual([aws, awsx], [dependencies["@pulumi/aws"], dependencies["@pulumi/awsx"]]);
});

/** Linters of workflows: where they are looked for, and how to get them. */
const linters = [
  {
    name: "actionlint",
    variable: "ACTIONLINT",
    args: [],
    get: "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
  },
  {
    name: "zizmor",
    variable: "ZIZMOR",
    args: ["--offline", "--no-progress", "--collect=all"],
    get: "pip install zizmor==1.32.0",
  },
];
for (const { name, variable, args, get } of linters)
  test(`${name} finds nothing in the workflows`, (t) => {
    const program = process.env[variable] ?? name;
    if (spawnSync(program, ["--version"]).status !== 0)
      return t.skip(
        `there is no ${name} here, so workflows are not linted by it: ${get}, or name it with ${variable}`,
      );
    // Linters take a file for a workflow by the folder that it is in.
    const folder = mkdtempSync(join(tmpdir(), "workflows-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const place = join(folder, ".github/workflows");
    mkdirSync(place, { recursive: true });
    for (const file of workflows) copyFileSync(join(top, file), join(place, basename(file)));
    const files = readdirSync(place).map((file) => join(place, file));
    const ran = spawnSync(program, [...args, ...files], { encoding: "utf8" });
    assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
  });
