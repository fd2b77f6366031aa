import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { S3 } from "@aws-sdk/client-s3";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { findSimulator, simulate } from "../../tools/linters/simulator.ts";
import { deniedOf } from "./denied.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";
import { production } from "./program.ts";
import { type Ask, askText, asksOf, mayDo, simulated } from "./role-asks.ts";

let account: ProductionAccount;
type Run = Awaited<ReturnType<ProductionAccount["preview"]>>;
let planned: Run;
let made: Run;
let moved: Run;
const buckets: string[] = [];
before(async () => {
  const commands = { integration: ["test", "--token", "hunter2-command"] };
  const green = { environment: { LICENSE: "hunter2-license" } };
  account = await openProductionAccount({
    example: layConfig({ ...production }, { green, commands }),
    secretKeys: ["green", "commands"],
  });
  account.aws.onCall(({ when, operation, input }) => {
    if (when === "before" && operation === "CreateBucket") buckets.push(String(input["Bucket"]));
  });
});
after(() => account.close());

test("the production example: a preview from nothing plans the whole stack, and over it with only greenWeight changed one resource", async () => {
  planned = await account.preview({});
  assert.equal(planned.result.ok, true, JSON.stringify(planned.result.diagnostics));
  assert.ok(planned.result.changes.create > 100, JSON.stringify(planned.result.changes));
  assert.deepEqual(
    planned.steps.filter((step) => !step.startsWith("create ")),
    [],
  );

  made = await account.up({});
  assert.equal(made.result.ok, true, JSON.stringify(made.result.diagnostics));
  assert.equal(made.result.changes.create, planned.result.changes.create);

  // What was set with --secret is in a task definition and among the switch's inputs, and not to be read in the state.
  assert.doesNotMatch(await account.state(), /hunter2/);

  moved = await account.preview({ greenWeight: 100 });
  assert.equal(moved.result.ok, true, JSON.stringify(moved.result.diagnostics));
  assert.deepEqual(moved.steps, ["update trafficswitch:index:TrafficSwitch switch"]);
});

/** What nobody asks of the deploy role: the roles of workflows and what bounds all others are a person's, made once. */
const persons = [
  "iam:AttachRolePolicy role/deploy",
  "iam:AttachRolePolicy role/preview",
  "iam:CreateOpenIDConnectProvider oidc-provider/token.actions.githubusercontent.com",
  "iam:CreatePolicy policy/hub/production/boundary",
  "iam:CreatePolicy policy/hub/production/secrets",
  "iam:CreatePolicy policy/hub/production/surroundings",
  "iam:CreateRole role/deploy",
  "iam:CreateRole role/preview",
  "iam:PutRolePolicy role/deploy",
  "iam:PutRolePolicy role/preview",
];
/** `iam:CreateRole role/deploy`: what is asked for, without the end of a name that Pulumi made up. */
const personal = ({ attempt: { action, resource } }: Ask): string =>
  `${action} ${resource.replace(/^(?:[^:]*:){5}/, "").replace(/-[0-9a-f]{7}$/, "")}`;

test("its deploy role may make every call of the deployment, on the things it was made on, but for what a person makes first", () => {
  const asked = asksOf(account.calls, "deploy", made.calls).filter(({ role }) => role.name === "deploy");
  assert.ok(asked.length > 200, `${asked.length} requests`);
  const refused = asked.filter(({ role, attempt }) => !mayDo(role, attempt));
  assert.deepEqual(refused.map(personal).toSorted(), persons);
});

test("its switch, guardian, execution and task roles may make every call that is theirs", () => {
  const asked = asksOf(account.calls, null);
  for (const name of ["switch", "guardian", "execution", "task"])
    assert.ok(
      asked.some(({ role }) => role.name === name),
      name,
    );
  assert.ok(asked.some(({ attempt }) => attempt.action === "elasticloadbalancing:CreateRule"));
  assert.deepEqual(asked.filter(({ role, attempt }) => !mayDo(role, attempt)).map(askText), []);
});

test("its preview role may make every call of a preview, from nothing and over what stands", () => {
  const asked = asksOf(account.calls, "preview", [...planned.calls, ...moved.calls]);
  const own = asked.filter(({ role }) => role.name === "preview");
  assert.ok(own.some(({ attempt }) => attempt.action === "dynamodb:GetItem"));
  assert.deepEqual(own.filter(({ role, attempt }) => !mayDo(role, attempt)).map(askText), []);
});

test("no role of it may do what is not its own", () => {
  const denied = deniedOf(account.calls);
  assert.deepEqual(denied.filter(({ role, attempt }) => mayDo(role, attempt)).map(askText), []);
});

const simulator = findSimulator();
test(
  "a policy simulator judges each of these requests as the tests do, and lets the deploy role take the switch's role alone",
  { skip: "missing" in simulator && `no policy simulator judges the roles: ${simulator.missing}` },
  (context) => {
    if ("missing" in simulator) return;
    const asked = [
      ...asksOf(account.calls, "deploy", made.calls).filter((ask) => !persons.includes(personal(ask))),
      ...asksOf(account.calls, "preview", [...planned.calls, ...moved.calls]),
    ];
    const denied = deniedOf(account.calls);
    const verdicts = simulate(simulator.folder, [...asked, ...denied].map(simulated));
    context.diagnostic(`${asked.length} requests that are allowed and ${denied.length} that are denied`);
    const wrong = [...asked, ...denied].flatMap((ask, index) => {
      const verdict = verdicts[index] ?? "";
      const fits = index < asked.length ? verdict === "Allowed" : /^(?:Im|Ex)plicitlyDenied$/.test(verdict);
      return fits ? [] : [`${verdict}: ${askText(ask)}`];
    });
    assert.deepEqual(wrong, []);
  },
);

test("its deploy role takes the protection off; destroying the stack then leaves the bucket of the balancer's logs, still closed, encrypted and expiring", async () => {
  const unprotected = await account.up({ production: false });
  assert.equal(unprotected.result.ok, true, JSON.stringify(unprotected.result.diagnostics));
  const asked = asksOf(account.calls, "deploy", unprotected.calls);
  assert.ok(asked.some(({ attempt }) => attempt.action === "dynamodb:UpdateTable"));
  assert.deepEqual(asked.filter(({ role, attempt }) => !mayDo(role, attempt)).map(askText), []);
  const gone = await account.destroy();
  assert.equal(gone.result.ok, true, JSON.stringify(gone.result.diagnostics));
  assert.ok(gone.calls.some(({ operation }) => operation === "DeleteLoadBalancer"));
  assert.deepEqual(
    gone.calls.filter(({ service }) => service === "s3"),
    [],
  );
  const s3 = new S3({ ...accessTo(account), forcePathStyle: true });
  const [Bucket, ...others] = buckets;
  assert.deepEqual(others, []);
  const { Rules: kept = [] } = await s3.getBucketLifecycleConfiguration({ Bucket });
  assert.equal(kept[0]?.Expiration?.Days, 90);
  const { PublicAccessBlockConfiguration: block } = await s3.getPublicAccessBlock({ Bucket });
  assert.equal(block?.RestrictPublicBuckets, true);
  assert.ok((await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules?.length);
  assert.match((await s3.getBucketPolicy({ Bucket })).Policy ?? "", /SecureTransport/);
  s3.destroy();
});

/** Where a local account is, and as whom. */
function accessTo({ aws }: ProductionAccount) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = aws.env;
  return {
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId, secretAccessKey },
  };
}
