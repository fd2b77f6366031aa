import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AddTagsCommand,
  DeleteRuleCommand,
  DescribeTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { runCommand } from "../../rehearsal/drills/command.ts";
import { type Place, openPlace, stack } from "./commands-kit.ts";

const names = ["rollback", "status", "abort", "approve"] as const;
type Name = (typeof names)[number];

describe("rollback, status, abort and approve refuse what is not theirs before any write", () => {
  let place: Place;
  before(async () => {
    place = await openPlace();
  });
  after(() => place.close());

  const run = (name: Name, ...args: string[]) => runCommand({ env: place.aws.env }, name, args);
  /** Exit 2, a line that names what to type or has it on the line below, and nothing changed. */
  const refused = async (args: readonly string[], sentence: RegExp, name: Name = "rollback") => {
    place.writes();
    const { code, out, err } = await run(name, ...args);
    assert.equal(code, 2, `${out}${err}`);
    assert.match(err, sentence);
    assert.match(err, /^error: .+\n(?:Type: .+\n)?$/);
    assert.match(err, /npm run |pulumi |--stack|--region|AWS_PROFILE/);
    assert.deepEqual(place.writes(), []);
  };

  test("the rule of another listener", () =>
    refused(["--rule", place.foreignArn], /is not a traffic switch's weighted rule/));

  test("a rule of another account", () =>
    refused(
      ["--rule", place.ruleArn.replace(/:\d{12}:/, ":999999999999:")],
      /is in account 999999999999, and these credentials are of account 123456789012/,
    ));

  test("a rule that never was", () =>
    refused(["--rule", place.ruleArn.replace(/[0-9a-f]{4}$/, "0000")], /does not exist/));

  test("text that is no rule", () => refused(["--rule", "my-rule"], /"my-rule" is not the ARN/));

  test("neither a stack nor a rule, and both", async () => {
    await refused([], /either by --stack STACK or by --rule ARN/);
    await refused(
      ["--stack", stack, "--rule", place.ruleArn],
      /either by --stack STACK or by --rule ARN/,
      "abort",
    );
  });

  test("an unknown flag, a region that contradicts the rule, a stack that is not there", async () => {
    await refused(["--stack", stack, "--force"], /'--force'/, "status");
    await refused(["--rule", place.ruleArn, "--region", "eu-west-1"], /--region is eu-west-1.*in us-east-1/);
    await refused(["--stack", "nowhere"], /has no record of stack nowhere/, "status");
    await refused(["--stack", "a b"], /is not the name of a stack/, "abort");
  });

  test("nothing to go back to, and no rollout to stop", async () => {
    await refused(["--stack", `org/hub/${stack}`], /blue already serves everything/);
    await refused(["--stack", stack], /No rollout is under way/, "abort");
    await refused(
      ["--stack", stack],
      /^error: No rollout is under way, so nothing waits for approval/,
      "approve",
    );
    await refused(["--stack", stack, "--weight", "2.5"], /--weight is "2.5": give a whole number/, "approve");
    await refused(["--stack", stack, "--force", "no-healthy-target"], /'--force'/, "approve");
  });

  test("--help has an example, and status says where the traffic is for a machine", async () => {
    for (const name of names) {
      const { code, out } = await run(name, "--help");
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Example: npm run ${name} -- --stack production`));
    }
    const { code, out } = await run("status", "--stack", stack, "--json");
    assert.equal(code, 0);
    const facts = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(facts["liveWeights"], { blue: 100, green: 0 });
    assert.equal(facts["rule"], place.ruleArn);
    assert.equal(facts["nextUp"], "no traffic moves");
  });

  test("another rule with this stack's tags: the one named is never taken for the one recorded", async () => {
    const found = await place.elb.send(new DescribeTagsCommand({ ResourceArns: [place.ruleArn] }));
    const { Tags } = found.TagDescriptions?.[0] ?? {};
    await place.elb.send(new AddTagsCommand({ ResourceArns: [place.foreignArn], Tags }));
    const sentence = new RegExp(`is not the weighted rule of stack ${stack}; that is ${place.ruleArn}\\.`);
    for (const name of names) await refused(["--rule", place.foreignArn], sentence, name);
  });

  test("a rule that was deleted", async () => {
    const { RuleArn } = { RuleArn: place.ruleArn };
    await place.elb.send(new DeleteRuleCommand({ RuleArn }));
    await refused(["--rule", RuleArn], /does not exist/);
    await refused(["--stack", stack], /no longer exists, so there are no weights to set/);
  });

  test("a record of another schema", async () => {
    await place.edit((record) => ({ ...record, schema: 1 as never }));
    const sentence =
      /stack production has schema 1, and this version reads schema 2: .* run pulumi destroy --stack production/;
    for (const name of names) await refused(["--stack", stack], sentence, name);
  });
});
