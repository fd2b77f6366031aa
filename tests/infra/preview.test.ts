import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IAM } from "@aws-sdk/client-iam";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";

let account: ProductionAccount;
let moved: Awaited<ReturnType<ProductionAccount["preview"]>>;
before(async () => {
  account = await openProductionAccount();
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

/** Patterns of actions that a deployed role's policies allow on anything at all. */
async function grantedTo({ aws }: ProductionAccount, role: string): Promise<string[]> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = aws.env;
  const iam = new IAM({
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId, secretAccessKey },
  });
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
