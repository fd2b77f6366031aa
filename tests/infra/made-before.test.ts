import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../infra/config.ts";
import { namedSecrets, secretRefsOf } from "../../infra/secret-names.ts";
import type { Named } from "../../rehearsal/stage/named-by-config.ts";
import { type ProductionAccount, openProductionAccount } from "./production-account.ts";
import { evaluate, production, stackConfig } from "./program.ts";

/** What a program is, before it registers anything. */
const onlyStack = "create pulumi:pulumi:Stack hub-production";

/** What the commands of a refusal make: its secrets and its zone. */
function madeBy(refusal: string): Named {
  const names = (pattern: RegExp) => [...refusal.matchAll(pattern)].map(([, name = ""]) => name);
  const [zone = null] = names(/ route53 create-hosted-zone --name (\S+) --caller-reference /g);
  const parameters = names(
    / ssm put-parameter --region us-east-1 --type SecureString --name (\S+) --value /g,
  );
  return {
    secrets: [
      ...names(/ secretsmanager create-secret --region us-east-1 --name (\S+) --secret-string /g),
      ...parameters.map((name) => `ssm:${name}`),
    ],
    zone,
  };
}

test("secrets and a zone that nobody made are problems of the config, each with its key and the command that makes it, and nothing else", async () => {
  const example = stackConfig("Pulumi.minimal.yaml");
  const account = await openProductionAccount({ example, named: { secrets: [], zone: null } });
  try {
    const { result, steps } = await account.preview({});
    assert.equal(result.ok, false);
    assert.deepEqual(steps, [onlyStack]);
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const [refusal = ""] = errors.map(({ message }) => message);
    assert.equal(errors.length, 1, JSON.stringify(errors));
    assert.deepEqual(refusal.trim().split("\n"), [
      "The stack config has 4 problems:",
      '  hub:domain.zone: there is no public zone example.com in this account. Make it: aws route53 create-hosted-zone --name example.com --caller-reference "$(date +%s)"',
      "  hub:hub.secrets.GEMINI_API_KEY: there is no secret hub/gemini in us-east-1. Make it, and type its value and Ctrl-D: aws secretsmanager create-secret --region us-east-1 --name hub/gemini --secret-string file:///dev/stdin",
      '  hub:sidecar.signingSecret: there is no secret hub/signing in us-east-1. Make it: aws secretsmanager create-secret --region us-east-1 --name hub/signing --secret-string "$(openssl rand -hex 32)"',
      '  hub:sidecar.tokenSecret: there is no secret hub/tokens in us-east-1. Make it: aws secretsmanager create-secret --region us-east-1 --name hub/tokens --secret-string "$(openssl rand -hex 32)"',
    ]);
    await account.make(madeBy(refusal));
    const after = await account.preview({});
    assert.equal(after.result.ok, true, JSON.stringify(after.result.diagnostics));
  } finally {
    await account.close();
  }
});

/** The lines of the one refusal, which comes before anything is registered. */
async function refusalOf(account: ProductionAccount): Promise<string[]> {
  const { result, steps } = await account.preview({});
  assert.deepEqual(steps, [onlyStack]);
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  assert.equal(errors.length, 1, JSON.stringify(errors));
  return errors.flatMap(({ message }) => message.trim().split("\n"));
}

test("keys of a secret's JSON and parameters that nobody made are problems too, a secret of several keys one", async () => {
  const minimal = stackConfig("Pulumi.minimal.yaml");
  const example = {
    ...minimal,
    hub: { secrets: { A: "hub/keys:A::", B: "hub/keys:B::", C: "ssm:/hub/c", D: "ssm:d" } },
    sidecar: {
      ...(minimal["sidecar"] as object),
      signingSecret: "hub/sidecar:SIGNING::",
      tokenSecret: "ssm:/hub/tokens",
    },
  };
  const zone = (minimal["domain"] as { zone: string }).zone;
  const account = await openProductionAccount({ example, named: { secrets: ["ssm:d"], zone } });
  try {
    const refusal = await refusalOf(account);
    const create = "aws secretsmanager create-secret --region us-east-1 --name";
    const put = "aws ssm put-parameter --region us-east-1 --type SecureString --name";
    assert.deepEqual(refusal, [
      "The stack config has 4 problems:",
      `  hub:hub.secrets.A and hub:hub.secrets.B: there is no secret hub/keys in us-east-1. Make it, and type {"A": "…", "B": "…"} and Ctrl-D: ${create} hub/keys --secret-string file:///dev/stdin`,
      `  hub:hub.secrets.C: there is no parameter /hub/c in us-east-1. Make it, and type its value and Ctrl-D: ${put} /hub/c --value file:///dev/stdin`,
      `  hub:sidecar.signingSecret: there is no secret hub/sidecar in us-east-1. Make it: ${create} hub/sidecar --secret-string '{"SIGNING": "'$(openssl rand -hex 32)'"}'`,
      `  hub:sidecar.tokenSecret: there is no parameter /hub/tokens in us-east-1. Make it: ${put} /hub/tokens --value "$(openssl rand -hex 32)"`,
    ]);
    await account.make(madeBy(refusal.join("\n")));
    const after = await account.preview({});
    assert.equal(after.result.ok, true, JSON.stringify(after.result.diagnostics));
    assert.ok(
      !after.calls.some(({ operation }) => operation === "GetParameter"),
      "nobody's value is asked for",
    );
  } finally {
    await account.close();
  }
});

test("what an ARN names and is not there is a problem, with the name that takes its place or the account that knows", async () => {
  const refused = evaluate(
    {
      hub: {
        secrets: {
          A: "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub/mine-AbCdEf",
          B: "arn:aws:secretsmanager:us-east-1:210987654321:secret:theirs-AbCdEf",
          C: "arn:aws:ssm:us-east-1:123456789012:parameter/hub/c",
          D: "arn:aws:ssm:eu-west-1:123456789012:parameter/d",
          E: "arn:aws:ssm:us-east-1:210987654321:parameter/shared",
        },
      },
    },
    {
      refuses: (token, { arn }) =>
        token.startsWith("aws:secretsmanager/") && typeof arn === "string"
          ? `reading Secrets Manager Secret (${arn}): couldn't find resource`
          : null,
      parameters: [],
    },
  );
  const { message } = await refused.then(
    () => assert.fail("it was not refused"),
    (error: Error) => error,
  );
  assert.deepEqual(message.split("\n"), [
    "The stack config has 4 problems:",
    "  hub:hub.secrets.A: there is no secret arn:aws:secretsmanager:us-east-1:123456789012:secret:hub/mine-AbCdEf in us-east-1. One that is made now gets another ARN: write hub/mine instead of it. Make it, and type its value and Ctrl-D: aws secretsmanager create-secret --region us-east-1 --name hub/mine --secret-string file:///dev/stdin",
    "  hub:hub.secrets.B: there is no secret arn:aws:secretsmanager:us-east-1:210987654321:secret:theirs-AbCdEf in us-east-1. See which there are, in account 210987654321: aws secretsmanager list-secrets --region us-east-1",
    "  hub:hub.secrets.C: there is no parameter /hub/c in us-east-1. Make it, and type its value and Ctrl-D: aws ssm put-parameter --region us-east-1 --type SecureString --name /hub/c --value file:///dev/stdin",
    "  hub:hub.secrets.D: there is no parameter d in eu-west-1. Make it, and type its value and Ctrl-D: aws ssm put-parameter --region eu-west-1 --type SecureString --name d --value file:///dev/stdin",
  ]);
});

test("a parameter's ARN finds it in its region, with or without a slash in front of its name", async () => {
  const D = "arn:aws:ssm:us-east-1:123456789012:parameter/d";
  for (const name of ["d", "/d"]) await evaluate({ hub: { secrets: { D } } }, { parameters: [name] });
});

test("parameters that cannot be looked up are told with why, each with its key", async () => {
  const refused = evaluate(
    { hub: { secrets: { A: "ssm:/hub/a", B: "ssm:b" } } },
    { refuses: (token) => (token === "trafficswitch:index:findParameters" ? "AccessDenied: no" : null) },
  );
  await assert.rejects(
    refused,
    /2 problems:\n {2}hub:hub\.secrets\.A: the parameter \/hub\/a cannot be looked up: .*AccessDenied: no\n {2}hub:hub\.secrets\.B: the parameter b cannot be looked up: .*AccessDenied: no$/,
  );
});

test("workflows may see which parameters there are where the config names one, and never a value", async () => {
  const lookAt = async (config: Readonly<Record<string, unknown>>) => {
    const made = await evaluate(config);
    return String(made.one("aws:iam/policy:Policy", "secrets").inputs["policy"]);
  };
  assert.match(await lookAt({ hub: { secrets: { A: "ssm:/hub/a" } } }), /"ssm:DescribeParameters"/);
  assert.doesNotMatch(await lookAt({}), /ssm:/);
});

test("a zone that is named by an id that is nobody's is a problem too, before anything is made", async () => {
  const example = {
    ...stackConfig("Pulumi.minimal.yaml"),
    domain: { name: "hub.example.com", zone: "Z0NOBODYS" },
  };
  const account = await openProductionAccount({ example });
  try {
    const { result, steps } = await account.preview({});
    assert.deepEqual(steps, [onlyStack]);
    assert.match(
      JSON.stringify(result.diagnostics),
      /hub:domain\.zone: there is no zone Z0NOBODYS in this account\. See which there are: aws route53 list-hosted-zones"/,
    );
  } finally {
    await account.close();
  }
});

test("a lookup that fails otherwise is told as what it is, with its key and no command that would not help", async () => {
  const registered: string[] = [];
  const refused = evaluate(
    {},
    {
      refuses: (token, { name }) =>
        token.startsWith("aws:secretsmanager/") && name === "hub/signing"
          ? "invoking aws:secretsmanager/getSecret:getSecret: 1 error occurred:\n\t* AccessDenied\n\n"
          : null,
      onRegister: (name) => registered.push(name),
    },
  );
  await assert.rejects(
    refused,
    /problem:\n {2}hub:sidecar\.signingSecret: the secret hub\/signing cannot be looked up: .*1 error occurred: \* AccessDenied$/,
  );
  assert.deepEqual(registered, []);
});

test("a secret that several keys name is one, with all of its keys", () => {
  const config = parseConfig({
    ...production,
    blue: { ...(production["blue"] as object), registryCredentials: "hub/registry" },
    sidecar: { ...(production["sidecar"] as object), registryCredentials: "hub/registry" },
  });
  const { keys } = namedSecrets(config).find(({ id }) => id === "hub/registry") ?? { keys: [] };
  assert.deepEqual(keys, ["sidecar.registryCredentials", "blue.registryCredentials"]);
  assert.equal(new Set(secretRefsOf(config)).size, secretRefsOf(config).length);
});
