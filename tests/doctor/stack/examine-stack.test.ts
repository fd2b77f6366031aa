import "reaper/children";
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type TestContext, after, before, test } from "node:test";
import { CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { RequestServiceQuotaIncreaseCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SSM } from "@aws-sdk/client-ssm";
import { Account } from "local-aws/testing";
import { examineStack } from "../../../doctor/stack/examine-stack.ts";
import { pathOf } from "../../../doctor/stack/programs.ts";
import type { Fetch } from "../../../doctor/stack/registry.ts";
import { stackExitCode, findingText, verdictText } from "../../../doctor/stack/report.ts";
import { readStackFile } from "../../../infra/stack-file.ts";
import { listOf, registry } from "./registry.ts";

const nameServers = ["ns-2048.awsdns-64.com", "ns-2049.awsdns-65.net"];
const now = Date.UTC(2026, 10, 30);
let account: Account;
const environmentBefore = { ...process.env };

before(async () => {
  account = await Account.open();
  Object.assign(process.env, account.aws.env);
});
after(async () => {
  await account[Symbol.asyncDispose]();
  process.env = environmentBefore;
});

/** A folder with programs that answer as given, the project's file and a stack's. */
function folderWith(
  t: TestContext,
  config: string,
  { node = "echo v24.21.0", pulumi = `[ "$1" = version ] && echo v3.274.1 || echo '[{"name":"mine"}]'` } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "stack-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "bin"));
  for (const [name, says] of Object.entries({ node, pulumi })) {
    if (says === "") continue;
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${says}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hub\n");
  writeFileSync(join(folder, "Pulumi.mine.yaml"), config);
  return folder;
}

interface Given {
  readonly fetch?: Fetch;
  readonly servers?: readonly string[] | string;
  readonly programs?: Parameters<typeof folderWith>[2];
  readonly environment?: NodeJS.ProcessEnv;
}

/** Findings of the stack `mine` with this config, `state about: text` each. */
async function examined(t: TestContext, config: string, given: Given = {}) {
  const folder = folderWith(t, config, given.programs);
  const { servers = nameServers } = given;
  const said: string[] = [];
  const found = await examineStack(
    "mine",
    await readStackFile("mine", folder),
    {
      programs: { path: join(folder, "bin"), folder, environment: {} },
      fetch: given.fetch ?? fetch,
      resolveNs: () =>
        typeof servers === "string"
          ? Promise.reject(Object.assign(new Error(servers), { code: servers }))
          : Promise.resolve([...servers]),
      now,
    },
    ({ text }) => said.push(text),
  );
  assert.deepEqual(
    said,
    found.map(({ text }) => text),
    "each is said once, in order",
  );
  return {
    code: stackExitCode(found),
    lines: found.map(({ state, about, text }) => `${state} ${about}: ${text}`),
  };
}

/** The smallest config of a public hub, with its image in this registry. */
const minimal = (image: string, more = "") => `config:
  aws:region: us-east-1
  hub:blue: {image: "${image}"}
  hub:sidecar: {image: "${image}", signingSecret: hub/signing, tokenSecret: "ssm:/hub/tokens"}
  hub:domain: {name: hub.example.com, zone: example.com}
  hub:access: {internetFacing: true, cidrs: ["0.0.0.0/0"]}
${more}`;

test("in an empty account each thing that the first up would stop at is named with what to type, and a sound one is let go", async (t) => {
  const { host } = await registry(t, { "hub/manifests/1": listOf("linux/arm64") });
  const config = minimal(`${host}/hub:1`);
  const create = "aws secretsmanager create-secret --region us-east-1 --name hub/signing";
  const empty = await examined(t, config);
  assert.equal(empty.code, 1);
  assert.deepEqual(empty.lines, [
    "ok node: v24.21.0 is the first on the PATH",
    "ok pulumi: v3.274.1 is on the PATH",
    "ok stack: mine is there",
    "ok config: Pulumi.mine.yaml has no problem",
    "ok credentials: arn:aws:iam::123456789012:user/rehearsal",
    "ok account: nothing of it is in the account yet",
    `mend secret: hub:sidecar.signingSecret: there is no secret hub/signing in us-east-1. Make it: ${create} --secret-string "$(openssl rand -hex 32)"`,
    'mend parameter: hub:sidecar.tokenSecret: there is no parameter /hub/tokens in us-east-1. Make it: aws ssm put-parameter --region us-east-1 --type SecureString --name /hub/tokens --value "$(openssl rand -hex 32)"',
    'mend zone: hub:domain.zone: there is no public zone example.com in this account. Make it: aws route53 create-hosted-zone --name example.com --caller-reference "$(date +%s)"',
    `ok image: hub:blue.image and hub:sidecar.image: ${host}/hub:1 is there, for linux/arm64`,
    "ok quota: 6 vCPUs of Fargate at once; this stack needs 2",
    "ok lambda: 10 functions at once are not reserved; the guardian takes one",
    "ok quota: 50 load balancers in a region; this stack needs 1",
    "ok quota: 5 VPCs in a region, 1 of them taken; this stack needs 1",
    "ok quota: 5 elastic addresses in a region; this stack needs 1",
  ]);

  await new SecretsManager({}).createSecret({ Name: "hub/signing", SecretString: "never read" });
  await new SSM({}).putParameter({ Name: "/hub/tokens", Value: "never read", Type: "SecureString" });
  await new Route53Client({}).send(
    new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }),
  );
  const sound = await examined(t, config);
  assert.equal(sound.code, 0, sound.lines.join("\n"));
  assert.ok(sound.lines.includes("ok zone: example.com is public, and DNS points to it"));
  const calls = [...account.aws.calls.keys()];
  assert.deepEqual(
    calls.filter((name) => /GetSecretValue|GetParameter|Create|Put(?!Parameter)/.test(name)).toSorted(),
    ["route53.CreateHostedZone", "secretsmanager.CreateSecret"],
    "it reads no value and makes nothing; the two are this test's own",
  );

  const elsewhere = await examined(t, config, { servers: ["ns1.registrar.example"] });
  const point = "Let whoever runs the zone above it point there: ns-2048.awsdns-64.com,";
  assert.ok(
    elsewhere.lines.some((line) =>
      line.startsWith(
        `mend zone: hub:domain.zone: DNS says that example.com is served by ns1.registrar.example. ${point}`,
      ),
    ),
    elsewhere.lines.join("\n"),
  );
  const nobody = await examined(t, config, { servers: "ENOTFOUND" });
  assert.ok(nobody.lines.some((line) => line.startsWith("mend zone: hub:domain.zone: DNS knows nobody")));
  const offline = await examined(t, config, { servers: "ETIMEOUT" });
  assert.equal(offline.code, 3, offline.lines.join("\n"));
});

test("an image that is not there, is closed, or is built for another architecture is told with its keys", async (t) => {
  const { host } = await registry(t, {
    "x86/manifests/1": listOf("linux/amd64"),
    "both/manifests/1": listOf("linux/amd64", "linux/arm64"),
  });
  const closed = await registry(t, {}, { challenge: () => 'Basic realm="here"', authorization: "Basic no" });
  const imagesOf = async (blue: string, green: string, sidecar: string) => {
    const slot = (image: string) => `{image: "${image}", architecture: X86_64}`;
    const config = `config:
  aws:region: us-east-1
  hub:blue: {image: "${blue}"}
  hub:green: ${slot(green)}
  hub:sidecar: {image: "${sidecar}", signingSecret: hub/signing}
`;
    const { lines } = await examined(t, config);
    return lines.filter((line) => / image: /.test(line));
  };
  assert.deepEqual(await imagesOf(`${host}/x86:1`, `${host}/none:1`, `${host}/x86:1`), [
    `mend image: hub:blue.image and hub:sidecar.image: ${host}/x86:1 is built for linux/amd64, and its tasks run on ARM64. Build it with: docker buildx build --platform linux/arm64,linux/amd64 --push …`,
    `mend image: hub:green.image: ${host}/none:1: ${host} has none such (MANIFEST_UNKNOWN). Push it, or correct its name: docker buildx imagetools inspect ${host}/none:1`,
  ]);
  assert.deepEqual(await imagesOf(`${host}/both:1`, `${host}/both:1`, `${closed.host}/sidecar:1`), [
    `ok image: hub:blue.image and hub:green.image: ${host}/both:1 is there, for linux/amd64, linux/arm64`,
    `mend image: hub:sidecar.image: ${closed.host}/sidecar:1: ${closed.host} shows it to nobody without a login (HTTP 401), or has none such. Make the package public, copy it to ECR, or name a secret with a login: registryCredentials`,
  ]);
  assert.deepEqual(await imagesOf(`${host}/x86:1`, `${host}/both:1`, `${host}/both:1`), [
    `mend image: hub:blue.image: ${host}/x86:1 is built for linux/amd64, and its tasks run on ARM64. Write blue.architecture: X86_64, or build it with: docker buildx build --platform linux/arm64 --push …`,
    `ok image: hub:green.image and hub:sidecar.image: ${host}/both:1 is there, for linux/amd64, linux/arm64`,
  ]);
});

test("an image in ECR is asked for with the account's own password, and one behind registryCredentials is left to ECS", async (t) => {
  const asked: string[] = [];
  const ecr: Fetch = (url, init) => {
    asked.push(`${(init.headers as Record<string, string>)["authorization"]} ${url}`);
    const { body, type = "" } = listOf("linux/arm64");
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { "content-type": type } }));
  };
  const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
  const config = `config:
  aws:region: us-east-1
  hub:blue: {image: "${host}/hub:1"}
  hub:sidecar: {image: "private.example/sidecar:1", registryCredentials: hub/login, signingSecret: hub/signing}
`;
  const { code, lines } = await examined(t, config, { fetch: ecr });
  assert.deepEqual(
    lines.filter((line) => / image: /.test(line)),
    [
      `ok image: hub:blue.image: ${host}/hub:1 is there, for linux/arm64`,
      "unknown image: hub:sidecar.image: private.example/sidecar:1 is behind registryCredentials, whose value is read by ECS alone",
    ],
  );
  const password = Buffer.from("AWS:local-registry-password").toString("base64");
  assert.deepEqual(asked, [`Basic ${password} https://${host}/v2/hub/manifests/1`]);
  assert.equal(code, 1, "hub/login is missing");
});

test("a quota below what the stack needs is told with the request that raises it, which then is enough", async (t) => {
  const { host } = await registry(t, { "hub/manifests/1": listOf("linux/arm64") });
  const slot = `{image: "${host}/hub:1", tasks: 4, cpu: 1024, memory: 2048}`;
  const config = minimal(`${host}/hub:1`).replace(/hub:blue: .*/, `hub:blue: ${slot}`);
  const quotas = async () => {
    const { lines } = await examined(t, config);
    return lines.filter((line) => /Fargate|VPCs/.test(line));
  };
  assert.deepEqual(
    (await quotas())[0],
    "mend quota: 6 vCPUs of Fargate at once, and this stack needs 8. Ask for more: aws service-quotas request-service-quota-increase --region us-east-1 --service-code fargate --quota-code L-3032A538 --desired-value 16",
  );
  const client = new ServiceQuotasClient({});
  const which = { ServiceCode: "fargate", QuotaCode: "L-3032A538" };
  await client.send(new RequestServiceQuotaIncreaseCommand({ ...which, DesiredValue: 8 }));
  assert.equal(
    (await quotas())[0],
    "ok quota: 8 vCPUs of Fargate at once; this stack needs 8, and would take 16 at its busiest",
  );
  const ec2 = new EC2Client({});
  for (const _ of [1, 2, 3, 4]) await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  assert.match(
    (await quotas())[1] ?? "",
    /^mend quota: 5 VPCs in a region, 5 of them taken, and this stack needs 1\. .*--desired-value 6$/,
  );
});

test("a second identity provider of GitHub's, subnets of another VPC and a certificate for another name are told", async (t) => {
  const { OpenIDConnectProviderArn: arn } = await new IAMClient({}).send(
    new CreateOpenIDConnectProviderCommand({ Url: "https://token.actions.githubusercontent.com" }),
  );
  const { host } = await registry(t, { "hub/manifests/1": listOf("linux/arm64") });
  const more = `  hub:github: {repository: example/hub}
  hub:network: {vpcId: vpc-1, publicSubnetIds: [subnet-1, subnet-2], privateSubnetIds: [subnet-3, subnet-4]}
`;
  const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/none";
  const config = minimal(`${host}/hub:1`, more).replace(
    "zone: example.com",
    `certificateArn: "${certificateArn}"`,
  );
  const { lines } = await examined(t, config);
  assert.ok(
    lines.includes(
      `mend github: hub:github: the account has GitHub's identity provider, and takes no second. Write github.providerArn: ${arn}`,
    ),
    lines.join("\n"),
  );
  const subnets = "aws ec2 describe-subnets --region us-east-1 --filters Name=vpc-id,Values=vpc-1";
  assert.ok(
    lines.includes(
      `mend network: hub:network.publicSubnetIds: subnet-1, subnet-2 is not in vpc-1. See which there are: ${subnets}`,
    ),
    lines.join("\n"),
  );
  assert.ok(
    lines.includes(
      `mend certificate: hub:domain.certificateArn: ${certificateArn} is not there. See which there are: aws acm list-certificates --region us-east-1`,
    ),
    lines.join("\n"),
  );
});

test("problems of the config are told with all else, without a region nothing is asked of AWS", async (t) => {
  const { code, lines } = await examined(t, "config:\n  hub:greenWeight: 101\n");
  assert.equal(code, 1);
  assert.deepEqual(
    lines.filter((line) => /^mend config|^unknown/.test(line)),
    [
      "mend config: Pulumi.mine.yaml: aws:region: is missing. Set it with: pulumi config set aws:region us-east-1",
      "mend config: Pulumi.mine.yaml: hub:greenWeight: a weight is at most 100; given: 101",
      "mend config: Pulumi.mine.yaml: hub:blue: is missing: at least one colour names its image",
      "mend config: Pulumi.mine.yaml: hub:sidecar.signingSecret: is missing: the sidecar signs session pins with it",
      "unknown account: what the config names and the quotas were not looked at without credentials",
    ],
  );
});

test("the node and the CLI of the person's own PATH are looked at, and what each lacks is said", async (t) => {
  const about = async (programs: NonNullable<Given["programs"]>) =>
    (await examined(t, "config:\n  aws:region: us-east-1\n", { programs })).lines.filter((line) =>
      / (node|pulumi|stack): /.test(line),
    );
  const own = "export PATH=$PWD/node_modules/.bin:$PATH";
  assert.deepEqual(await about({ node: "echo v20.11.0", pulumi: "" }), [
    `mend node: the Pulumi CLI starts the node on the PATH, which is v20.11.0, and the program needs 24, or 22.18 and later. Type: ${own}`,
    "mend pulumi: there is no pulumi on the PATH. Install the CLI: https://www.pulumi.com/docs/install",
  ]);
  assert.deepEqual(await about({ node: "", pulumi: '[ "$1" = version ] && echo v3.274.1 || echo "[]"' }), [
    `mend node: there is no node on the PATH, and the Pulumi CLI starts it. Type: ${own}`,
    "ok pulumi: v3.274.1 is on the PATH",
    "mend stack: there is no stack mine where you are logged in. Type: pulumi stack init mine",
  ]);
  const loggedOut =
    'echo "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions" >&2; exit 255';
  assert.deepEqual(
    (await about({ pulumi: `[ "$1" = version ] && echo v3.274.1 && exit; ${loggedOut}` })).slice(1),
    [
      "ok pulumi: v3.274.1 is on the PATH",
      "mend stack: the CLI does not know where its state is (PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions). Type: pulumi login",
    ],
  );
  const npms = ["/repo/node_modules/.bin", "/node_modules/.bin", "/usr/lib/npm/node-gyp-bin"];
  const persons = ["/home/me/bin", "/usr/bin"];
  assert.equal(pathOf({ PATH: [...npms, ...persons].join(delimiter) }), persons.join(delimiter));
  assert.equal(pathOf({ PATH: persons.join(delimiter) }), persons.join(delimiter));
});

test("credentials that end before a rollout can are to be renewed, those that AWS turns away to be taken anew", async (t) => {
  const { host } = await registry(t, { "hub/manifests/1": listOf("linux/arm64") });
  const config = minimal(`${host}/hub:1`);
  const credentials = async (environment: NodeJS.ProcessEnv) => {
    const kept = { ...process.env };
    for (const [name, value] of Object.entries(environment))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    try {
      const { lines } = await examined(t, config);
      return lines.filter((line) => / credentials: /.test(line));
    } finally {
      process.env = kept;
    }
  };
  const ending = (ms: number) => ({ AWS_CREDENTIAL_EXPIRATION: new Date(now + ms).toISOString() });
  assert.match(
    (await credentials(ending(600_000)))[0] ?? "",
    /^mend credentials: arn:\S+, until 2026-11-30T00:10:00Z: a rollout takes up to \S+( \S+)*\. Log in again before one begins$/,
  );
  assert.match(
    (await credentials(ending(6 * 3_600_000)))[0] ?? "",
    /^ok credentials: .* until 2026-11-30T06:00:00Z$/,
  );
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  assert.match(
    (await credentials(none))[0] ?? "",
    /^mend credentials: AWS takes none from here: .*Set AWS_PROFILE, or type: aws sso login$/,
  );
});

test("what people read fits 100 columns, but for a command that is copied whole, and ends with the next one", () => {
  const long =
    "hub:sidecar.signingSecret: there is no secret with quite a long name in this region of this account.";
  const command = `aws secretsmanager create-secret --region us-east-1 --name ${"x".repeat(80)} --secret-string "$(openssl rand -hex 32)"`;
  const lines = findingText(
    { about: "secret", state: "mend", text: `${long} Make it: ${command}` },
    process.stdout,
  ).split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 100).map((line) => line.trim()),
    [command],
  );
  const mend = { about: "a", state: "mend", text: "" } as const;
  const unknown = { about: "a", state: "unknown", text: "" } as const;
  assert.deepEqual([[], [unknown], [unknown, mend]].map(stackExitCode), [0, 3, 1]);
  assert.match(
    verdictText([mend, unknown], "mine"),
    /^1 to mend, and 1 could not be looked at\.\nType: npm run doctor/,
  );
  assert.match(verdictText([], "mine"), /^nothing is in the way\.\nType: pulumi preview -s mine$/);
});
