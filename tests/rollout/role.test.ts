import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { CallEvent } from "local-aws";
import { Account } from "local-aws/testing";
import { openPorts } from "../../rollout/run/open-ports.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { a, b, plan } from "./situation.ts";

test("what moves and what judges traffic acts as the switch's role, taken once: whoever deploys needs no right to secrets or logs", async () => {
  await using account = await Account.open();
  Object.assign(process.env, account.aws.env);
  const secrets = new SecretsManager(account.settings());
  await secrets.createSecret({ Name: "hub/signing", SecretString: "k".repeat(32) });
  const logs = new CloudWatchLogs(account.settings());
  await logs.createLogGroup({ logGroupName: "/hub/test/evidence" });
  const calls: CallEvent[] = [];
  account.aws.onCall((event) => event.when === "before" && calls.push(event));

  const inputs = inputsFor(plan, 0, { blue: a, green: b }, undefined);
  const open = openPorts(
    {
      ...inputs,
      roleArn: "arn:aws:iam::123456789012:role/hub/test/switch-1",
      hub: { ...inputs.hub, signingSecret: "hub/signing" },
      evidence: { logGroup: "/hub/test/evidence" },
    },
    null,
    () => undefined,
    () => undefined,
  );
  try {
    await open.ports.store.read().catch(() => null);
    // Its secrets are read before the first check, and nothing is judged any more.
    await open.ports.gate.candidate("green", true, AbortSignal.abort()).catch(() => null);
    await open.ports.evidence.finish();
  } finally {
    await open.close();
    secrets.destroy();
    logs.destroy();
  }
  const own = calls.filter(({ signer }) => !signer.startsWith("ASIA"));
  assert.deepEqual(
    own.map(({ operation }) => operation),
    ["AssumeRole"],
  );
  const asRole = new Set(calls.map(({ service, operation }) => `${service}.${operation}`));
  for (const call of ["dynamodb.GetItem", "secretsmanager.GetSecretValue", "logs.PutLogEvents"])
    assert.ok(asRole.has(call), call);
});
