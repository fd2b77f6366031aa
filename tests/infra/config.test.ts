import assert from "node:assert/strict";
import { test } from "node:test";
import { openDoor } from "../../infra/config-network.ts";
import { ConfigError, parseConfig } from "../../infra/config.ts";
import { secretIdsOf } from "../../infra/secret-names.ts";

const digest = `sha256:${"0".repeat(64)}`;
const fine = {
  blue: { image: `hub@${digest}` },
  sidecar: { image: `sidecar@${digest}`, signingSecret: "hub/signing", tokenSecret: "hub/tokens" },
};
type Values = Readonly<Record<string, unknown>>;

function problemsOf(values: Values, secret: string[] = []): readonly string[] {
  try {
    parseConfig(values, secret);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const steps = (...list: unknown[]) => ({ rollout: { steps: list } });
const bake = "5m";

/** Config that is laid over a valid one, and every problem of it in order. */
const malformed: readonly [name: string, values: Values, problems: readonly string[]][] = [
  ["no colour at all", { blue: undefined }, ["hub:blue: is missing: at least one colour names its image"]],
  [
    "a domain on the port that sends clients on to HTTPS",
    { domain: { name: "hub.example.com", zone: "example.com" }, access: { port: 80 } },
    [
      "hub:access.port: with a domain, port 80 sends clients on to HTTPS: leave it out for 443, or name another; given: 80",
    ],
  ],
  ["a weight above 100", { greenWeight: 101 }, ["hub:greenWeight: a weight is at most 100; given: 101"]],
  ["a weight below 0", { greenWeight: -1 }, ["hub:greenWeight: a weight is at least 0; given: -1"]],
  [
    "a weight with a percent sign",
    { greenWeight: "5%" },
    ['hub:greenWeight: a weight is a whole number of percent; given: "5%"'],
  ],
  [
    "a broken weight",
    { greenWeight: 4.5 },
    ["hub:greenWeight: a weight is a whole number of percent; given: 4.5"],
  ],
  [
    "log patterns that are no filter patterns of CloudWatch, or fit every line",
    {
      hub: {
        logErrorPatterns: [
          "ERROR",
          "foo.bar",
          '{ $.level = "error"',
          "?ERROR ?X",
          " ",
          "%(a|b)%",
          "[ERROR] Exception",
        ],
      },
    },
    [
      'hub:hub.logErrorPatterns[1]: is no filter pattern of CloudWatch Logs: at character 4: a term ends here, and there is ".": put it in double quotes, or a blank between two; given: "foo.bar"',
      'hub:hub.logErrorPatterns[2]: is no filter pattern of CloudWatch Logs: at character 20: "&&", "||" or "}" is missing: the pattern ends; given: "{ $.level = \\"error\\""',
      'hub:hub.logErrorPatterns[4]: fits every line: each would be an error; given: " "',
      'hub:hub.logErrorPatterns[5]: is no filter pattern of CloudWatch Logs: at character 2: a regular expression takes no "(": write \\x28; given: "%(a|b)%"',
      'hub:hub.logErrorPatterns[6]: is no filter pattern of CloudWatch Logs: at character 9: a pattern of fields ends with its "]"; given: "[ERROR] Exception"',
    ],
  ],
  [
    "keys that do not exist, at the top and below",
    { greenWieght: 5, rollout: { bakes: "5m" }, hub: { ports: 1 } },
    [
      "hub:rollout.bakes: there is no such key",
      "hub:hub.ports: there is no such key; did you mean port?",
      "hub:greenWieght: there is no such key; did you mean greenWeight?",
    ],
  ],
  [
    "steps that do not rise",
    steps({ weight: 25, bake }, { weight: 75, bake }, { weight: 60, bake }, { weight: 100, bake }),
    ["hub:rollout.steps[2].weight: 60 is not above steps[1].weight 75"],
  ],
  [
    "a plan that ends below 100",
    steps({ weight: 5, bake }, { weight: 50, bake }),
    ["hub:rollout.steps[1].weight: the last step ends at 50, and a plan ends at 100; given: 50"],
  ],
  ["a plan without steps", steps(), ["hub:rollout.steps: a plan needs at least one step; given: []"]],
  [
    "steps with two kinds of problems: both are told",
    steps({ weight: 50, bake: "5 minutes" }, { weight: 25, bake }, { weight: 100, bake: 300 }),
    [
      'hub:rollout.steps[0].bake: "5 minutes" is not a duration: write a whole number and ms, s, m, h or d, as in "5m"',
      "hub:rollout.steps[2].bake: must be a text; given: 300",
      "hub:rollout.steps[1].weight: 25 is not above steps[0].weight 50",
    ],
  ],
  [
    "bakes between two times that are none",
    steps(
      { weight: 5, bake: { min: "6m", max: "5m" } },
      { weight: 50, bake: { min: "1m" } },
      { weight: 100, bake: { min: "1 minute", max: "5m", mean: "2m" } },
    ),
    [
      'hub:rollout.steps[0].bake.min: min is longer than max: 6m and 5m; given: "6m"',
      "hub:rollout.steps[1].bake.max: is missing",
      'hub:rollout.steps[2].bake.min: "1 minute" is not a duration: write a whole number and ms, s, m, h or d, as in "5m"',
      "hub:rollout.steps[2].bake.mean: there is no such key",
    ],
  ],
  [
    "a step of weight 0 and a gate without checks",
    steps({ weight: 0, bake, gate: [] }, { weight: 100, bake }),
    [
      "hub:rollout.steps[0].weight: a step's weight is at least 1: 0 is where every rollout starts; given: 0",
      "hub:rollout.steps[0].gate: a gate needs at least one check; given: []",
    ],
  ],
  [
    "an idle slot without tasks",
    { rollout: { idleTasks: 0 } },
    [
      "hub:rollout.idleTasks: at least one task stays in an idle slot: an empty target group answers 503; given: 0",
    ],
  ],
  [
    "sizes that Fargate does not have",
    { blue: { image: "hub:1", cpu: 300 }, green: { image: "hub:2", memory: 512, maxTasks: 1 } },
    [
      "hub:blue.cpu: must be 256, 512, 1024, 2048, 4096, 8192 or 16384; given: 300",
      "hub:green.memory: 512 MiB do not go with 512 CPU units, which take 1024 to 4096 in steps of 1024",
      "hub:green.maxTasks: 1 is below tasks 2",
    ],
  ],
  [
    "images by tag in production",
    { production: true, blue: { image: "hub:latest" }, sidecar: { ...fine.sidecar, image: "sidecar:1" } },
    [
      'hub:blue.image: production takes images by digest only (name@sha256:…): a tag can change under a running release; given: "hub:latest"',
      'hub:sidecar.image: production takes images by digest only (name@sha256:…): a tag can change under a running release; given: "sidecar:1"',
    ],
  ],
  [
    "a public hub without authentication and without a domain",
    { access: { internetFacing: true }, sidecar: { signingSecret: "hub/signing" } },
    [
      `hub:access.internetFacing: the hub has no authentication of its own: set sidecar.tokenSecret, or write access.withoutAuthentication: ${openDoor}; given: true`,
      "hub:domain: is missing: an internet-facing hub speaks HTTPS only",
    ],
  ],
  [
    "a sidecar without its key",
    { sidecar: {} },
    ["hub:sidecar.signingSecret: is missing: the sidecar signs session pins with it"],
  ],
  [
    "the value of a secret where its name belongs",
    { hub: { secrets: { GEMINI_API_KEY: "not a name: it has spaces", "gemini-key": "hub/gemini" } } },
    [
      "hub:hub.secrets.GEMINI_API_KEY: must name a secret, never hold its value: NAME or its ARN, NAME:KEY:: for one key of its JSON, or ssm:NAME for a parameter; what was given is not repeated here",
      "hub:hub.secrets.gemini-key: must be the name of an environment variable",
    ],
  ],
  [
    "a value that is shaped like a name",
    {
      sidecar: { ...fine.sidecar, tokenSecret: "0123456789abcdef".repeat(2) },
      hub: { secrets: { GEMINI_API_KEY: `sk-${"Ab9".repeat(8)}` } },
      blue: { image: "hub:1", registryCredentials: `ghx_${"a1".repeat(18)}` },
    },
    ["blue.registryCredentials", "hub.secrets.GEMINI_API_KEY", "sidecar.tokenSecret"].map(
      (key) =>
        `hub:${key}: looks like a secret's value: name where the value is; a name that looks like one is written as its ARN; what was given is not repeated here`,
    ),
  ],
  [
    "a registry's secret that is one key of a JSON, and the credentials themselves",
    {
      blue: { image: "hub:1", registryCredentials: "hub/registry:password::" },
      green: { image: "hub:2", registryCredentials: { username: "me", password: "hunter2" } },
    },
    [
      "hub:blue.registryCredentials: must be the name or the ARN of a Secrets Manager secret, never its value; what was given is not repeated here",
      "hub:green.registryCredentials: must be a text; what was given is not repeated here",
    ],
  ],
  [
    "values where variables, names of secrets or whole slots belong: none is repeated",
    {
      blue: { image: "hub:1", environment: "API_KEY=hunter2" },
      green: '{"image": "hub:2", "environment": {"API_KEY": "hunter2"',
      hub: { secrets: ["hunter2"] },
      sidecar: { ...fine.sidecar, signingSecret: 12_345_678, tokenSecret: { value: "hunter2" } },
    },
    [
      "hub:blue.environment: must hold keys of its own; what was given is not repeated here",
      "hub:green: must hold keys of its own; what was given is not repeated here",
      "hub:hub.secrets: must hold keys of its own; what was given is not repeated here",
      "hub:sidecar.signingSecret: must be a text; what was given is not repeated here",
      "hub:sidecar.tokenSecret: must be a text; what was given is not repeated here",
    ],
  ],
  [
    "a KMS key by its alias",
    { kmsKeys: ["alias/hub"] },
    ['hub:kmsKeys[0]: must be the ARN of a KMS key; given: "alias/hub"'],
  ],
  [
    "memory between two of Fargate's steps",
    {
      blue: { image: "hub:1", cpu: 256, memory: 1_536 },
      green: { image: "hub:2", cpu: 8192, memory: 17_408 },
    },
    [
      "hub:blue.memory: 1536 MiB do not go with 256 CPU units, which take 512, 1024 or 2048",
      "hub:green.memory: 17408 MiB do not go with 8192 CPU units, which take 16384 to 61440 in steps of 4096",
    ],
  ],
  [
    "variables without a name, of the program's own, or twice",
    {
      blue: { image: "hub:1", environment: { "": "hunter2", HUB_CONFIG: "hunter2" } },
      green: { image: "hub:2", environment: { API_KEY: "hunter2" } },
      hub: { secrets: { API_KEY: "hub/key" } },
    },
    [
      "hub:blue.environment.: must be the name of an environment variable",
      "hub:blue.environment.HUB_CONFIG: is set by the program itself: hubConfig and hub.port",
      "hub:green.environment.API_KEY: is among hub.secrets too, and ECS takes a name once: leave one out",
    ],
  ],
  [
    "a name that is not in its zone",
    { domain: { name: "hub.example.com", zone: "other.example" } },
    [
      'hub:domain.zone: other.example cannot hold a record of hub.example.com: name the zone that it is in; given: "other.example"',
    ],
  ],
  [
    "an existing VPC without its subnets",
    { network: { vpcId: "vpc-1" } },
    ["hub:network.privateSubnetIds: is needed with an existing VPC"],
  ],
  [
    "an internet-facing balancer in an existing VPC without its public subnets",
    {
      network: { vpcId: "vpc-1", privateSubnetIds: ["a", "b"] },
      access: { internetFacing: true, withoutAuthentication: openDoor },
      domain: { name: "hub.example.com", zone: "example.com" },
    },
    [
      "hub:network.natAddresses: is missing: access.cidrs keeps the guardian from the balancer; name the public addresses of the VPC's NAT gateways, which it comes from",
      "hub:network.publicSubnetIds: is needed with an existing VPC: an internet-facing balancer stands there",
    ],
  ],
  [
    "a domain without zone and certificate, and addresses that are none",
    { domain: { name: "hub.example.com" }, access: { cidrs: ["10.0.0.0"] } },
    [
      'hub:access.cidrs[0]: must be an IPv4 range such as 10.0.0.0/16; given: "10.0.0.0"',
      "hub:domain.certificateArn: is missing: without a zone the certificate can't be issued",
    ],
  ],
  [
    "subscribers nobody can reach",
    { alerts: { onCall: { emails: ["on-call"], webhooks: ["http://events.example.com"] } } },
    [
      'hub:alerts.onCall.emails[0]: must be a mail address; given: "on-call"',
      'hub:alerts.onCall.webhooks[0]: must be an address that begins with https:; given: "http://events.example.com"',
    ],
  ],
  [
    "thresholds out of range",
    { thresholds: { successRatePercent: 101, analysisLatencyP95Ms: "2s" } },
    [
      'hub:thresholds.analysisLatencyP95Ms: must be a number; given: "2s"',
      "hub:thresholds.successRatePercent: must be at most 100; given: 101",
    ],
  ],
  [
    "a release record with moments that are none",
    { release: { onCall: { name: "", from: "tomorrow" } } },
    [
      'hub:release.onCall.name: must not be empty; given: ""',
      'hub:release.onCall.from: must be a moment with its time zone, such as 2026-03-01T09:00:00Z; given: "tomorrow"',
      "hub:release.onCall.until: is missing",
    ],
  ],
  [
    "a health path that is MCP's own",
    { hub: { healthPath: "/mcp" } },
    [
      'hub:hub.healthPath: is a path of MCP\'s: name one that answers a GET while the hub is up; given: "/mcp"',
    ],
  ],
  [
    "public paths that are another's, stand there twice, or are no path",
    {
      hub: {
        publicPaths: ["/token", "/mcp", "/messages", "/api/health", "/.slot", "/.health", "/token"],
      },
    },
    [
      'hub:hub.publicPaths[1]: is hub.mcpPath: whoever needs no token there needs none for the hub; given: "/mcp"',
      'hub:hub.publicPaths[2]: is hub.messagePath: whoever needs no token there needs none for any message; given: "/messages"',
      'hub:hub.publicPaths[3]: is hub.healthPath, which needs no token anyway, and tells who has none only whether the hub is up; given: "/api/health"',
      'hub:hub.publicPaths[4]: is the sidecar\'s own; given: "/.slot"',
      'hub:hub.publicPaths[5]: is the sidecar\'s own; given: "/.health"',
      'hub:hub.publicPaths[6]: stands there twice; given: "/token"',
    ],
  ],
  [
    "public paths that a hub may take for one of MCP's",
    { hub: { publicPaths: ["/mcp/", "/MCP", "//messages", "/x/../mcp", "/./api//health"] } },
    [
      'hub:hub.publicPaths[0]: is to a hub what /mcp is: hub.mcpPath: whoever needs no token there needs none for the hub; given: "/mcp/"',
      'hub:hub.publicPaths[1]: is to a hub what /mcp is: hub.mcpPath: whoever needs no token there needs none for the hub; given: "/MCP"',
      'hub:hub.publicPaths[2]: is to a hub what /messages is: hub.messagePath: whoever needs no token there needs none for any message; given: "//messages"',
      'hub:hub.publicPaths[3]: is to a hub what /mcp is: hub.mcpPath: whoever needs no token there needs none for the hub; given: "/x/../mcp"',
      'hub:hub.publicPaths[4]: is to a hub what /api/health is: hub.healthPath, which needs no token anyway, and tells who has none only whether the hub is up; given: "/./api//health"',
    ],
  ],
  [
    "public paths that would open more than one path, or none",
    { hub: { publicPaths: ["token", "/oauth/*", "/a?b", "/a|/admin", "/%61", ""] } },
    ["token", "/oauth/*", "/a?b", "/a|/admin", "/%61", ""].map(
      (path, at) =>
        `hub:hub.publicPaths[${at}]: a path starts with "/" and has no wildcard or query; given: ${JSON.stringify(path)}`,
    ),
  ],
  [
    "public paths beside a path that is none",
    { hub: { mcpPath: 5, publicPaths: ["/token"] } },
    ["hub:hub.mcpPath: must be a text; given: 5"],
  ],
  [
    "public paths that are no list",
    { hub: { publicPaths: "/token" } },
    ['hub:hub.publicPaths: must be a list; given: "/token"'],
  ],
  [
    "an empty list of public paths",
    { hub: { publicPaths: [] } },
    ["hub:hub.publicPaths: names no path: leave the key out; given: []"],
  ],
  [
    "a public path that fits into no rule",
    { hub: { publicPaths: ["/token", `/${"long".repeat(30)}`] } },
    [
      `hub:hub.publicPaths: does not fit into the balancer's rule, whose expressions take 119 characters of path each: /${"long".repeat(30)}; given: ${JSON.stringify(["/token", `/${"long".repeat(30)}`]).slice(0, 57)}…`,
    ],
  ],
  [
    "more public paths than fit into a rule",
    { hub: { publicPaths: Array.from({ length: 12 }, (_none, at) => `/${at}/${"x".repeat(40)}`) } },
    [
      `hub:hub.publicPaths: does not fit into the balancer's rule: with the hub's other paths there are 16 of 544 characters, and the rule takes 4 expressions of 119: leave some out, or give the hub shorter ones; given: ${JSON.stringify(Array.from({ length: 12 }, (_none, at) => `/${at}/${"x".repeat(40)}`)).slice(0, 57)}…`,
    ],
  ],
  [
    "a health check that outlasts its interval",
    { healthCheck: { intervalSeconds: 5, timeoutSeconds: 5 } },
    ["hub:healthCheck.timeoutSeconds: 5 is not below intervalSeconds 5"],
  ],
];

for (const [name, values, problems] of malformed)
  test(`a malformed config is refused with all of its problems: ${name}`, () => {
    assert.deepEqual(problemsOf({ ...fine, ...values }), problems);
  });

test("problems in different places are all told, and rules across keys hold beside them", () => {
  const all = problemsOf({
    greenWeight: "5%",
    blue: { image: "hub:latest" },
    production: true,
    access: { internetFacing: true },
    hub: { port: 0 },
    surprise: 1,
  });
  const paths = all.map((problem) => problem.replace(/: .*/, ""));
  assert.deepEqual(paths.sort(), [
    "hub:access.internetFacing",
    "hub:blue.image",
    "hub:domain",
    "hub:greenWeight",
    "hub:hub.port",
    "hub:sidecar.image",
    "hub:sidecar.signingSecret",
    "hub:surprise",
  ]);
});

test("what was given under a secret key is not repeated", () => {
  const [problem = ""] = problemsOf({ ...fine, sidecar: { ...fine.sidecar, port: "hunter2" } }, ["sidecar"]);
  assert.match(problem, /^hub:sidecar\.port: .*; given: a secret value$/);
  assert.doesNotMatch(problem, /hunter2/);
});

test("every size of Fargate is taken, and a variable's name may be in lower case", () => {
  for (const [cpu, memory] of [
    [256, 512],
    [512, 4_096],
    [4096, 30_720],
    [8192, 61_440],
    [16384, 32_768],
    [16384, 122_880],
  ])
    assert.deepEqual(problemsOf({ ...fine, blue: { image: `hub@${digest}`, cpu, memory } }), []);
  assert.deepEqual(problemsOf({ ...fine, hub: { secrets: { http_proxy_password: "hub/proxy" } } }), []);
});

test("secrets are named as people have them, and a webhook by its address or with what it does", () => {
  const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub/keys-AbCdEf";
  const parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/hub/gemini";
  const config = parseConfig({
    blue: { image: "hub:1", registryCredentials: arn },
    sidecar: { signingSecret: `${arn}:SIGNING::`, tokenSecret: "ssm:/hub/tokens" },
    hub: { secrets: { A: "hub/a", B: "hub/keys:B::", C: arn, D: "ssm:d", E: parameter } },
    kmsKeys: ["arn:aws:kms:us-east-1:123456789012:key/mrk-1"],
    alerts: { team: { webhooks: ["https://a.example", { url: "https://b.example" }] } },
  });
  assert.deepEqual(secretIdsOf(config), ["hub/a", "hub/keys", arn]);
  assert.deepEqual(config.alerts.team.webhooks, [
    "https://a.example",
    { url: "https://b.example", confirms: false },
  ]);
});

test("a long value is shortened, and a valid config has no problem", () => {
  const [problem = ""] = problemsOf({ ...fine, greenWeight: "9".repeat(500) });
  assert.ok(problem.length < 160, problem);
  assert.deepEqual(problemsOf(fine), []);
});

test("a colour's image is enough: every other default is the documented one", () => {
  const config = parseConfig({ blue: { image: "hub:1" }, sidecar: { signingSecret: "hub/signing" } });
  assert.equal(config.greenWeight, 0);
  assert.equal(config.production, false);
  assert.deepEqual(
    config.rollout.steps.map((step) => [step.weight, step.bake.min / 60_000, step.bake.max / 60_000]),
    [
      [5, 1, 5],
      [25, 1, 5],
      [50, 1, 5],
      [100, 5, 15],
    ],
  );
  assert.equal(config.rollout.rollbackWindow, 24 * 3_600_000);
  assert.equal(config.blue?.tasks, 2);
});
