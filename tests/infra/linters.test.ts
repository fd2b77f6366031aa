import "reaper/children";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { accepted } from "../../tools/linters/accepted.ts";
import { ask, findLinters, judge } from "../../tools/linters/ask.ts";
import { translate } from "../../tools/linters/cloudformation.ts";
import { type Evaluation, evaluate } from "./program.ts";

const found = findLinters();
const skip = "missing" in found && `the stack is not linted: ${found.missing}`;

/** A stack with every kind of secret and its guardian in the VPC, so that every statement of its policies is there. */
const whole = () =>
  evaluate({
    access: { internetFacing: true, cidrs: ["192.0.2.0/24"] },
    hub: { secrets: { A: "hub/by-id:A::", B: "hub/by-alias", C: "ssm:/hub/c" } },
    blue: { image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/hub@sha256:${"0".repeat(64)}` },
  });

function policiesOf(made: Evaluation): Record<string, PolicyDocument> {
  const all = [...made.all("aws:iam/rolePolicy:RolePolicy"), ...made.all("aws:iam/policy:Policy")];
  return Object.fromEntries(
    all.map(({ name, inputs }) => [name, JSON.parse(String(inputs["policy"])) as PolicyDocument]),
  );
}

test("every resource of the program has its place in a CloudFormation template", async () => {
  const { Resources } = translate((await whole()).resources);
  const types = Object.values(Resources).map(({ Type }) => Type);
  assert.ok(types.length > 70, `${types.length} resources`);
  for (const type of [
    "AWS::ECS::TaskDefinition",
    "AWS::IAM::Role",
    "AWS::CloudWatch::Alarm",
    "AWS::S3::Bucket",
  ])
    assert.ok(types.includes(type), type);
});

test(
  "cfn-lint, parliament and policy_sentry say nothing of the stack but what is accepted with its reason",
  { skip, timeout: 300_000 },
  async (context) => {
    if ("missing" in found) return;
    const made = await whole();
    const policies = policiesOf(made);
    assert.ok(Object.keys(policies).length >= 8);
    const findings = ask(found.python, { template: translate(made.resources), policies });
    context.diagnostic(`${findings.length} findings in ${accepted.length} accepted kinds`);
    const { unexpected, unused } = judge(findings, accepted);
    assert.deepEqual(unexpected, [], "a linter says what nobody has accepted in tools/linters/accepted.ts");
    assert.deepEqual(unused, [], "accepted.ts lists what no linter says any more: take it out");
  },
);
