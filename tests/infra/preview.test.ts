import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";
import { production } from "./program.ts";

let account: ProductionAccount;
let moved: Awaited<ReturnType<ProductionAccount["preview"]>>;
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
  const planned = await account.preview({});
  assert.equal(planned.result.ok, true, JSON.stringify(planned.result.diagnostics));
  assert.ok(planned.result.changes.create > 100, JSON.stringify(planned.result.changes));
  assert.deepEqual(
    planned.steps.filter((step) => !step.startsWith("create ")),
    [],
  );

  const made = await account.up({});
  assert.equal(made.result.ok, true, JSON.stringify(made.result.diagnostics));
  assert.equal(made.result.changes.create, planned.result.changes.create);

  // What was set with --secret is in a task definition and among the switch's inputs, and not to be read in the state.
  assert.doesNotMatch(await account.state(), /hunter2/);

  moved = await account.preview({ greenWeight: 100 });
  assert.equal(moved.result.ok, true, JSON.stringify(moved.result.diagnostics));
  assert.deepEqual(moved.steps, ["update trafficswitch:index:TrafficSwitch switch"]);
});

test("its deploy role and its switch role may do every call that the deployment made, but for what a person makes first", async () => {
  // Whoever asks who he is needs no right to.
  const called = [...account.actions.own].filter((action) => action !== "sts:GetCallerIdentity");
  const own = await grantedTo(account, "deploy");
  const persons = ["iam:AttachRolePolicy", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy"];
  assert.deepEqual(called.filter((action) => !granted(own, action)).toSorted(), persons);
  const switching = await grantedTo(account, "switch");
  assert.ok(account.actions.asRole.has("elasticloadbalancing:CreateRule"));
  assert.deepEqual(
    [...account.actions.asRole].filter((action) => !granted(switching, action)),
    [],
  );
});

test("its preview role may do every call that a preview over what stands makes", async () => {
  const looking = await grantedTo(account, "preview");
  const called = [...moved.actions].filter((action) => action !== "sts:GetCallerIdentity");
  assert.ok(called.includes("dynamodb:GetItem"), called.join(" "));
  assert.deepEqual(
    called.filter((action) => !granted(looking, action)),
    [],
  );
});

test("destroying a production stack leaves the bucket of the balancer's logs, still closed, encrypted and expiring", async () => {
  const unprotected = await account.up({ production: false });
  assert.equal(unprotected.result.ok, true, JSON.stringify(unprotected.result.diagnostics));
  const gone = await account.destroy();
  assert.equal(gone.result.ok, true, JSON.stringify(gone.result.diagnostics));
  assert.ok(gone.actions.has("elasticloadbalancing:DeleteLoadBalancer"));
  assert.deepEqual(
    [...gone.actions].filter((action) => action.startsWith("s3:")),
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

/** Patterns of actions that a deployed role's policies allow on anything at all. */
async function grantedTo(of: ProductionAccount, role: string): Promise<string[]> {
  const iam = new IAM(accessTo(of));
  try {
    const { Roles = [] } = await iam.listRoles({});
    const RoleName = Roles.find((one) => one.RoleName?.startsWith(`${role}-`))?.RoleName;
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
    const { PolicyDocument: inline = "" } = await iam.getRolePolicy({ RoleName, PolicyName: PolicyNames[0] });
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
    const attached = await Promise.all(
      AttachedPolicies.map(async ({ PolicyArn }) => {
        const version = await iam.getPolicyVersion({ PolicyArn, VersionId: "v1" });
        return version.PolicyVersion?.Document ?? "";
      }),
    );
    return [inline, ...attached].flatMap((text) => {
      const { Statement } = JSON.parse(decodeURIComponent(text)) as PolicyDocument;
      return Statement.flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));
    });
  } finally {
    iam.destroy();
  }
}

const granted = (patterns: readonly string[], action: string) =>
  patterns.some(
    (pattern) => pattern === action || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1))),
  );
