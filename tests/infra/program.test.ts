import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { colours } from "../../domain/colour.ts";
import { settings } from "../../infra/balancer.ts";
import { alsoTracked, tracked } from "../../infra/dashboard.ts";
import { partitionOf } from "../../infra/partition.ts";
import { ecrRepositories } from "../../infra/policies.ts";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import { reported } from "../../rollout/guardian/publish.ts";
import { Metrics } from "../../sidecar/observe/metrics.ts";
import { observation } from "../rollout/guardian-kit.ts";
import { record } from "../rollout/situation.ts";
import { type Attempt, allowed } from "./policy.ts";
import { type Evaluation, evaluate } from "./program.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- inputs of any resource, read member by member
type Inputs = Record<string, any>;
const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const lb = (kind: string) => `aws:lb/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;

test("images of a private ECR registry name the repositories that may be pulled from, others none", () => {
  const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  const hub = "arn:aws:ecr:eu-west-1:123456789012:repository/team/hub";
  assert.deepEqual(ecrRepositories([`${host}/team/hub@sha256:0`, `${host}/team/hub:2`]), [hub]);
  assert.deepEqual(ecrRepositories(["public.ecr.aws/x/hub:1", "ghcr.io/x/hub@sha256:0", "hub:1"]), []);
});

test("a private image is pulled with its registry's secret, which the role that starts tasks may read", async () => {
  const made = await evaluate({
    blue: { registryCredentials: "hub/registry" },
    sidecar: { registryCredentials: "hub/sidecar-registry" },
  });
  const containers = (colour: string) =>
    JSON.parse(
      String(made.one("aws:ecs/taskDefinition:TaskDefinition", colour).inputs["containerDefinitions"]),
    ) as Inputs[];
  const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret";
  const seen = colours.map((colour) =>
    containers(colour).map(({ repositoryCredentials }) => repositoryCredentials?.credentialsParameter),
  );
  assert.deepEqual(seen, [
    [`${secret}:hub/registry-AbCdEf`, `${secret}:hub/sidecar-registry-AbCdEf`],
    [undefined, `${secret}:hub/sidecar-registry-AbCdEf`],
  ]);
  const starts = JSON.parse(
    String(made.one("aws:iam/rolePolicy:RolePolicy", "execution").inputs["policy"]),
  ) as PolicyDocument;
  for (const name of ["registry", "sidecar-registry"])
    assert.ok(
      allowed(starts, {
        action: "secretsmanager:GetSecretValue",
        resource: `${secret}:hub/${name}-AbCdEf`,
      }),
      name,
    );
});

/** What the hub's container of a slot gets as secrets: where from, by variable. */
function secretsOf(made: Evaluation, colour: string): Inputs {
  const text = made.one("aws:ecs/taskDefinition:TaskDefinition", colour).inputs["containerDefinitions"];
  const containers = JSON.parse(String(text)) as Inputs[];
  const all = containers.flatMap(({ secrets }) => secrets as { name: string; valueFrom: string }[]);
  return Object.fromEntries(all.map(({ name, valueFrom }) => [name, valueFrom]));
}

test("secrets as people have them reach their containers, and roles read those, with their keys, and no others", async () => {
  const at = "us-east-1:123456789012";
  const secret = (name: string) => `arn:aws:secretsmanager:${at}:secret:${name}-AbCdEf`;
  const parameter = (name: string) => `arn:aws:ssm:${at}:parameter/${name}`;
  const key = (id: string) => `arn:aws:kms:${at}:key/${id}`;
  const made = await evaluate({
    hub: {
      secrets: {
        A: "hub/by-id:A::",
        B: "hub/by-id:B:AWSPREVIOUS:",
        C: `${secret("hub/by-arn")}:C::`,
        D: "ssm:/hub/d",
        E: parameter("hub/e"),
        F: "hub/by-alias",
        G: "hub/by-aws",
      },
    },
    sidecar: { signingSecret: "hub/keys:SIGNING::", tokenSecret: "ssm:tokens" },
    kmsKeys: [key("parameters")],
  });
  assert.deepEqual(secretsOf(made, "blue"), {
    A: `${secret("hub/by-id")}:A::`,
    B: `${secret("hub/by-id")}:B:AWSPREVIOUS:`,
    C: `${secret("hub/by-arn")}:C::`,
    D: parameter("hub/d"),
    E: parameter("hub/e"),
    F: secret("hub/by-alias"),
    G: secret("hub/by-aws"),
    GEMINI_API_KEY: secret("hub/gemini"),
    SIDECAR_SIGNING_KEY: `${secret("hub/keys")}:SIGNING::`,
    SIDECAR_TOKENS: parameter("tokens"),
  });
  const policyOf = (type: string, name: string) =>
    JSON.parse(String(made.one(type, name).inputs["policy"])) as PolicyDocument;
  const most = policyOf("aws:iam/policy:Policy", "boundary");
  const byService = (service: string) => ({ "kms:ViaService": `${service}.us-east-1.amazonaws.com` });
  const aliased = (alias: string) => ({ ...byService("secretsmanager"), "kms:ResourceAliases": alias });
  const id = "1234abcd-12ab-34cd-56ef-1234567890ab";
  const ofRole =
    (role: string) =>
    (action: string, resource: string, context: Attempt["context"] = {}) => {
      const document = policyOf("aws:iam/rolePolicy:RolePolicy", role);
      const attempt = { action, resource, context };
      assert.ok(!allowed(document, attempt) || allowed(most, attempt), `${role} exceeds the boundary`);
      return allowed(document, attempt);
    };
  const ofHub = ["hub/by-id", "hub/by-arn", "hub/by-alias", "hub/by-aws", "hub/gemini"];
  const starts = ofRole("execution");
  for (const name of [...ofHub, "hub/keys"])
    assert.ok(starts("secretsmanager:GetSecretValue", secret(name)), name);
  for (const name of ["hub/d", "hub/e", "tokens"])
    assert.ok(starts("ssm:GetParameters", parameter(name)), name);
  for (const own of [id, "mrk-1"])
    assert.ok(starts("kms:Decrypt", key(own), byService("secretsmanager")), own);
  assert.ok(starts("kms:Decrypt", key("any"), aliased("alias/hub")));
  for (const role of ["switch", "guardian"]) {
    const may = ofRole(role);
    assert.ok(may("secretsmanager:GetSecretValue", secret("hub/keys")), role);
    assert.ok(may("ssm:GetParameter", parameter("tokens")), role);
    // What the hub is started with is none of theirs, nor is its key.
    for (const name of ofHub)
      assert.ok(!may("secretsmanager:GetSecretValue", secret(name)), `${role} ${name}`);
    for (const name of ["hub/d", "hub/e"]) assert.ok(!may("ssm:GetParameter", parameter(name)), name);
    for (const own of [id, "mrk-1"])
      assert.ok(!may("kms:Decrypt", key(own), byService("secretsmanager")), `${role} ${own}`);
    assert.ok(!may("kms:Decrypt", key("any"), aliased("alias/hub")), role);
  }
  for (const role of ["execution", "switch", "guardian"]) {
    const may = ofRole(role);
    assert.ok(!may("secretsmanager:GetSecretValue", secret("hub/other")));
    for (const call of ["ssm:GetParameter", "ssm:GetParameters"])
      assert.ok(!may(call, parameter("hub/other")), call);
    for (const [of, service] of [
      ["keys", "secretsmanager"],
      ["parameters", "ssm"],
    ] as const) {
      assert.ok(may("kms:Decrypt", key(of), byService(service)), `${role} ${of}`);
      assert.ok(!may("kms:Decrypt", key(of)), "by itself, past the service");
      assert.ok(!may("kms:Decrypt", key(of), byService("s3")));
    }
    assert.ok(!may("kms:Decrypt", key("any"), aliased("alias/other")));
    assert.ok(!may("kms:Decrypt", key("any"), byService("secretsmanager")));
    assert.ok(!may("kms:Encrypt", key(id), byService("secretsmanager")));
  }
  for (const role of ["deploy", "preview"])
    for (const action of ["ssm:GetParameter", "ssm:GetParameters", "secretsmanager:GetSecretValue"])
      assert.ok(
        !allowed(policyOf("aws:iam/rolePolicy:RolePolicy", role), { action, resource: parameter("hub/d") }),
      );
});

test("a stack of secrets with AWS's own keys alone may use no key, and one without parameters reads none", async () => {
  const made = await evaluate();
  const text = JSON.stringify(
    made.all("aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => inputs["policy"]),
  );
  assert.doesNotMatch(text, /kms:|ssm:GetParameters?\b(?!\*)/);
});

test("config that was set with --secret is secret in every resource and output, however it got there", async () => {
  const quoted = `it's "hunter2"\\`;
  const made = await evaluate(
    {
      blue: { environment: { LICENSE: "hunter2", PIN: "4711" }, hubConfig: { deep: [{ key: quoted }] } },
      hub: { command: ["node", quoted, "hunter2"], toolArguments: { prompt: "hunter2" } },
      alerts: { onCall: { webhooks: ["https://events.example.com/hunter2"] } },
      domain: { name: "hunter2.example.com" },
      commands: { integration: ["test", "--token", "hunter2"] },
    },
    { secretKeys: ["blue", "hub", "alerts", "domain", "commands"] },
  );
  const open = JSON.stringify(made.resources.map(({ inputs }) => unmarked({ ...inputs, code: null })));
  assert.doesNotMatch(open, /hunter2|4711/);
  const whole = JSON.stringify(made.resources.map(({ inputs }) => ({ ...inputs, code: null })));
  assert.ok((whole.match(/hunter2/g) ?? []).length > 10, "it is there, and marked");
  const traffic = made.one("trafficswitch:index:TrafficSwitch");
  for (const input of ["hub", "commands"]) assert.ok(traffic.secretOutputs.includes(input), input);
  assert.ok(made.secretOutputs.includes("url"), made.secretOutputs.join(" "));
  const open2 = await evaluate({ alerts: { onCall: { webhooks: ["https://events.example.com/hunter2"] } } });
  assert.deepEqual(open2.secretOutputs, []);
});

/** Inputs without what is marked as secret in them. */
function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null) return value;
  const mark = "4dabf18193072939515e22adb298388d";
  if (mark in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unmarked(member)]));
}

test("who is to hear of alarms is subscribed to a new stack last, and to one that stands at once", async () => {
  const subscription = "aws:sns/topicSubscription:TopicSubscription";
  const first = await evaluate();
  const alarms = first.all("aws:cloudwatch/metricAlarm:MetricAlarm");
  assert.ok(alarms.length > 10);
  for (const { name, dependencies } of first.all(subscription)) {
    assert.ok(dependencies.includes("trafficswitch:index:TrafficSwitch switch"), name);
    for (const alarm of alarms) assert.ok(dependencies.includes(`${alarm.type} ${alarm.name}`), alarm.name);
  }
  const silent = first.one("aws:cloudwatch/metricAlarm:MetricAlarm", "guardian-silent");
  assert.ok(silent.dependencies.includes("aws:cloudwatch/eventTarget:EventTarget guardian-minute"));
  const standing = await evaluate({}, { preview: { first: false, live: "blue" } });
  for (const { name, dependencies } of standing.all(subscription))
    assert.ok(!dependencies.some((of) => /TrafficSwitch|MetricAlarm/.test(of)), name);
});

test("a webhook is waited for only where it says that it confirms by itself", async () => {
  const made = await evaluate({
    alerts: {
      onCall: { webhooks: ["https://a.example/", { url: "https://b.example/", confirms: true }] },
      team: { webhooks: [{ url: "https://c.example/" }] },
    },
  });
  const webhooks = made
    .all("aws:sns/topicSubscription:TopicSubscription")
    .filter(({ inputs }) => inputs["protocol"] === "https")
    .map(({ inputs }) => [inputs["endpoint"], inputs["endpointAutoConfirms"]]);
  assert.deepEqual(webhooks, [
    ["https://a.example/", false],
    ["https://b.example/", true],
    ["https://c.example/", false],
  ]);
});

for (const [region, partition, host] of [
  ["us-gov-west-1", "aws-us-gov", "us-gov-west-1.console.amazonaws-us-gov.com"],
  ["cn-north-1", "aws-cn", "cn-north-1.console.amazonaws.cn"],
  ["eusc-de-east-1", "aws-eusc", "eusc-de-east-1.console.amazonaws-eusc.eu"],
  ["us-iso-east-1", "aws-iso", null],
] as const)
  test(`in ${region} every ARN and link is of its own part of AWS`, async () => {
    const registry = `123456789012.dkr.ecr.${region}.${partitionOf(region).suffix}`;
    const image = `${registry}/team/hub@sha256:${"0".repeat(64)}`;
    const there = await evaluate(
      {
        blue: { image },
        domain: { certificateArn: `arn:${partition}:acm:${region}:123456789012:certificate/1` },
      },
      { region },
    );
    const text = JSON.stringify(there.resources.map(({ inputs }) => ({ ...inputs, code: null })));
    assert.deepEqual(text.match(/arn:aws:[^"\\]*/g) ?? [], []);
    assert.ok(text.includes(`arn:${partition}:ecr:${region}:123456789012:repository/team/hub`));
    const { dashboard } = there.outputs;
    if (host === null) assert.equal(dashboard, "hub-production", "a link that is wrong is worse than none");
    else assert.equal(new URL(String(dashboard)).host, host);
  });

/** Policies above IAM's sizes, with their lengths: all of a role's own together, and each of the others. */
function tooLong(made: Evaluation): string[] {
  const policies = (type: string) =>
    made.all(type).map(({ name, inputs }) => [name, String(inputs["policy"]).length] as const);
  return [
    ...policies("aws:iam/rolePolicy:RolePolicy").filter(([, length]) => length > 10_240),
    ...policies("aws:iam/policy:Policy").filter(([, length]) => length > 6_144),
  ].map(([name, length]) => `${name}: ${length}`);
}

describe("the production example", () => {
  let made: Evaluation;
  before(async () => {
    made = await evaluate();
  });
  const inputs = (type: string, name?: string): Inputs => made.one(type, name).inputs;

  test("only the balancer is open to the world, on 443 and 80; tasks admit the balancer and each other", () => {
    const rules = made.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const open = rules.filter(({ inputs: rule }) => rule["cidrIpv4"] === "0.0.0.0/0");
    assert.deepEqual(
      open
        .map(({ inputs: rule }) => [rule["securityGroupId"], rule["fromPort"], rule["toPort"]])
        .sort(byText),
      [
        ["balancer-id", 443, 443],
        ["balancer-id", 80, 80],
      ],
    );
    const ofTasks = rules.filter(({ inputs: rule }) => rule["securityGroupId"] === "tasks-id");
    assert.deepEqual(ofTasks.map(({ inputs: rule }) => rule["referencedSecurityGroupId"]).sort(byText), [
      "balancer-id",
      "tasks-id",
    ]);
    for (const { inputs: rule } of ofTasks) assert.equal(rule["cidrIpv4"], undefined);
  });

  test("a new network has two zones and one NAT gateway", () => {
    const vpc = inputs("awsx:ec2:Vpc");
    assert.equal(vpc["numberOfAvailabilityZones"], 2);
    assert.deepEqual(vpc["natGateways"], { strategy: "Single" });
  });

  test("the balancer speaks TLS 1.3's policy, sends plain HTTP there, logs, and cannot be deleted", () => {
    const balancer = inputs(lb("LoadBalancer"));
    assert.equal(balancer["enableDeletionProtection"], true);
    assert.equal(balancer["dropInvalidHeaderFields"], true);
    assert.equal(balancer["accessLogs"].enabled, true);
    assert.equal(balancer["healthCheckLogs"].enabled, true);
    const listener = inputs(lb("Listener"), "hub");
    assert.equal(listener["protocol"], "HTTPS");
    assert.equal(listener["sslPolicy"], settings.sslPolicy);
    assert.match(listener["sslPolicy"], /TLS13/);
    assert.equal(listener["defaultActions"][0].fixedResponse.statusCode, "404");
    const plain = inputs(lb("Listener"), "to-https")["defaultActions"][0];
    assert.deepEqual(plain.redirect, { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" });
  });

  test("the certificate is validated by DNS, and the alias does not follow target health", () => {
    assert.equal(inputs("aws:acm/certificate:Certificate")["validationMethod"], "DNS");
    const alias = inputs("aws:route53/record:Record", "hub")["aliases"][0];
    assert.equal(alias.evaluateTargetHealth, false);
  });

  test("the logs' bucket is private, encrypted and expires", () => {
    const block = inputs("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    for (const key of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"])
      assert.equal(block[key], true, key);
    const encryption = inputs(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    assert.equal(encryption["rules"][0].applyServerSideEncryptionByDefault.sseAlgorithm, "AES256");
    const lifecycle = inputs("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    assert.equal(lifecycle["rules"][0].expiration.days, 90);
    const policy = JSON.parse(inputs("aws:s3/bucketPolicy:BucketPolicy")["policy"]);
    const deny = policy.Statement.find(({ Effect }: { Effect: string }) => Effect === "Deny");
    assert.deepEqual(deny.Condition, { Bool: { "aws:SecureTransport": "false" } });
  });

  test("every rule names only those of the hub's public paths that it is for, so that its admin API is never routed", () => {
    const rules = made.all(lb("ListenerRule"));
    assert.equal(rules.length, 6);
    const pathsOf: Record<string, string[]> = {
      pin: ["/messages"],
      session: ["/mcp", "/mcp/", "/messages"],
      probe: ["/mcp", "/mcp/", "/api/health", "/.slot"],
    };
    for (const { name, inputs: rule } of rules) {
      const conditions = rule["conditions"] as Inputs[];
      const paths = conditions.find((condition) => condition["pathPattern"])?.["pathPattern"].values;
      const [kind = ""] = name.split("-");
      assert.deepEqual(paths, pathsOf[kind], name);
      assert.equal(conditions.length, 2, name);
    }
    const shared = inputs("trafficswitch:index:TrafficSwitch")["conditions"][0].values;
    for (const path of shared) assert.doesNotMatch(path, /\*|config|servers|restart/);
  });

  test("pins and probes come before the weighted rule, and no group is sticky", () => {
    const weighted = inputs("trafficswitch:index:TrafficSwitch")["priority"];
    for (const { inputs: rule } of made.all(lb("ListenerRule")))
      assert.ok(Number(rule["priority"]) < weighted);
    for (const { inputs: group } of made.all(lb("TargetGroup"))) {
      assert.equal((group as Inputs)["stickiness"].enabled, false);
      assert.equal(group["loadBalancingAlgorithmType"], "least_outstanding_requests");
      assert.equal(group["deregistrationDelay"], 60);
      assert.equal(group["name"], undefined, "a fixed name meets itself at a replacement");
    }
  });

  for (const colour of ["blue", "green"]) {
    test(`${colour}: the service stops at a broken release, stays where it is, and is awaited`, () => {
      const service = made.one("aws:ecs/service:Service", colour);
      const of = service.inputs as Inputs;
      assert.deepEqual(of["deploymentCircuitBreaker"], { enable: true, rollback: false });
      assert.equal(of["availabilityZoneRebalancing"], "DISABLED");
      assert.equal(of["waitForSteadyState"], true);
      assert.equal(of["networkConfiguration"].assignPublicIp, false);
      assert.deepEqual(service.ignoreChanges, ["desiredCount"]);
      for (const role of ["execution", "task"])
        assert.ok(service.dependencies.includes(`aws:iam/rolePolicy:RolePolicy ${role}`), role);
      assert.ok(service.dependencies.includes(`aws:lb/listenerRule:ListenerRule pin-${colour}`));
    });

    test(`${colour}: the hub outlives its sidecar's drain, and no secret is in plain text`, () => {
      const definition = inputs("aws:ecs/taskDefinition:TaskDefinition", colour);
      assert.equal(definition["skipDestroy"], true);
      const containers = JSON.parse(definition["containerDefinitions"]) as Inputs[];
      const [hub, sidecar] = containers as [Inputs, Inputs];
      assert.deepEqual([hub["name"], sidecar["name"]], ["hub", "sidecar"]);
      assert.deepEqual([hub["stopTimeout"], sidecar["stopTimeout"]], [30, 90]);
      assert.deepEqual(sidecar["dependsOn"], [{ containerName: "hub", condition: "START" }]);
      for (const { image } of containers) assert.match(image, /@sha256:[0-9a-f]{64}$/);
      assert.deepEqual(
        containers.flatMap(({ secrets }) => secrets.map(({ name }: { name: string }) => name)).sort(byText),
        ["GEMINI_API_KEY", "SIDECAR_SIGNING_KEY", "SIDECAR_TOKENS"],
      );
      const variables = hub["environment"] as { name: string; value: string }[];
      const told = sidecar["environment"].find(({ name }: Inputs) => name === "SIDECAR_NETWORK");
      assert.deepEqual(told, { name: "SIDECAR_NETWORK", value: "10.80.0.0/16" });
      const config = variables.find(({ name }) => name === "HUB_CONFIG")?.value ?? "";
      assert.match(config, /\$\{GEMINI_API_KEY\}/);
    });

    test(`${colour}: autoscaling's bounds are the switch's, and scale-in waits`, () => {
      const target = made.one("aws:appautoscaling/target:Target", colour);
      assert.equal((target.inputs as Inputs)["suspendedState"].dynamicScalingInSuspended, true);
      assert.deepEqual(target.ignoreChanges, ["minCapacity", "maxCapacity", "suspendedState"]);
      assert.ok(Number(target.inputs["minCapacity"]) >= 1);
    });
  }

  const alarm = (name: string) => inputs("aws:cloudwatch/metricAlarm:MetricAlarm", name);
  const shown = (name: string): string =>
    alarm(name)["metricQueries"].find(({ returnData }: Inputs) => returnData).expression;
  const topic = (name: string) => alarm(name)["alarmActions"][0].split(":").at(-1);

  test("the requirement's three alerts, at its limits, per colour, to whom it says", () => {
    for (const colour of ["blue", "green"])
      for (const [kind, limit, who] of [
        ["error-rate", 5, "on-call-1"],
        ["latency", 3000, "team-1"],
        ["llm-failures", 10, "on-call-1"],
      ] as const) {
        const name = `${colour}-${kind}`;
        assert.equal(alarm(name)["threshold"], limit, name);
        assert.equal(alarm(name)["comparisonOperator"], "GreaterThanThreshold", name);
        assert.equal(topic(name), who, name);
      }
  });

  test("one bad request at night pages nobody: each alert is judged by the evidence", () => {
    const beyondChance = (limit: string, bad: string, of: string) =>
      `IF(${bad} > ${limit} * ${of} + (${limit === "0.1" ? "0.36" : "0.19"} * ${of}) ^ 0.5 + 4, `;
    assert.ok(shown("blue-error-rate").startsWith(beyondChance("0.05", "faults", "requests")));
    assert.ok(shown("blue-latency").startsWith(beyondChance("0.05", "slow * calls / 100", "calls")));
    assert.ok(shown("blue-llm-failures").startsWith(beyondChance("0.1", "failed", "calls")));
  });

  test("silence is not green: empty groups are filled, heartbeats breach, lost telemetry is told", () => {
    assert.match(shown("green-no-healthy-target"), /weight > 0 AND FILL\(healthy, 0\) < 1/);
    assert.equal(alarm("green-telemetry-lost")["metricName"], "TelemetryLost");
    assert.equal(alarm("guardian-silent")["treatMissingData"], "breaching");
  });

  test("every metric that an alarm or the dashboard reads is one that a sidecar or the guardian reports, in the stack's own namespace", () => {
    const namespace = String(made.one("trafficswitch:index:MetricNamespace").outputs["namespace"]);
    assert.match(namespace, /^McpHub\/hub\/production\/./);
    const sidecar = JSON.parse(
      inputs("aws:ecs/taskDefinition:TaskDefinition", "blue")["containerDefinitions"],
    )[1];
    const told = sidecar.environment.find(({ name }: Inputs) => name === "SIDECAR_NAMESPACE")?.value;
    const reports = colours.flatMap((colour) => {
      const metrics = new Metrics(told, colour, () => 0);
      metrics.value("AnalysisLatency", 1);
      return metrics.report();
    });
    const fromSidecars = reports.flatMap((line) => {
      const { _aws, Slot } = JSON.parse(line) as Inputs;
      const [{ Namespace, Dimensions, Metrics: named }] = _aws.CloudWatchMetrics;
      assert.deepEqual(Dimensions, [["Slot"]]);
      return named.map(({ Name }: Inputs) => `${Namespace} ${Name} ${Slot}`);
    });
    const fromGuardian = reported(record(), observation()).map(
      ({ MetricName, Dimensions }) => `${namespace} ${MetricName} ${Dimensions?.[0]?.Value ?? ""}`,
    );
    const there = new Set([...fromSidecars, ...fromGuardian]);
    assert.equal(inputs("trafficswitch:index:TrafficSwitch")["metricNamespace"], namespace);

    const ofAlarms = made
      .all("aws:cloudwatch/metricAlarm:MetricAlarm")
      .flatMap(
        ({ inputs: of }) =>
          (of["metricQueries"] as Inputs[] | undefined)?.map(({ metric }) => metric) ?? [of],
      )
      .filter((metric: Inputs | undefined) => metric !== undefined && !metric["namespace"].startsWith("AWS/"))
      .map(
        (metric: Inputs) =>
          `${metric["namespace"]} ${metric["metricName"]} ${metric["dimensions"]?.Slot ?? ""}`,
      );
    const { widgets } = JSON.parse(inputs("aws:cloudwatch/dashboard:Dashboard")["dashboardBody"]);
    const ofWidgets = widgets
      .flatMap(({ properties }: Inputs) => properties.metrics ?? [])
      .filter(([first]: unknown[]) => typeof first === "string")
      .map(([space, name, , slot]: string[]) => `${space} ${name} ${slot}`);
    assert.ok(ofAlarms.length > 20 && ofWidgets.length > 20);
    assert.deepEqual(
      [...ofAlarms, ...ofWidgets].filter((metric) => !there.has(metric)),
      [],
    );
  });

  test("the balancer's own errors, the cost of both slots and the certificate have alarms", () => {
    const ofBalancer = alarm("balancer-5xx")["metricQueries"].flatMap(({ metric }: Inputs) => metric ?? []);
    assert.deepEqual(
      ofBalancer.map(({ metricName }: Inputs) => metricName),
      ["HTTPCode_ELB_5XX_Count", "RequestCount"],
    );
    assert.equal(alarm("balancer-5xx")["threshold"], 5);
    assert.equal(alarm("llm-cost")["threshold"], 100);
    for (const part of ["calls", "counted", "input", "output"])
      for (const colour of colours) assert.ok(shown("llm-cost").includes(`FILL(${part}_${colour}, 0)`), part);
    assert.equal(alarm("certificate")["metricName"], "DaysToExpiry");
  });

  test("subscribers hear by mail and by HTTPS", () => {
    const protocols = made
      .all("aws:sns/topicSubscription:TopicSubscription")
      .map(({ inputs: subscription }) => subscription["protocol"]);
    assert.deepEqual(protocols.sort(byText), ["email", "email", "https"]);
  });

  test("the dashboard shows the seven metrics, blue beside green, limits as lines, the weight, every alarm", () => {
    const { widgets } = JSON.parse(inputs("aws:cloudwatch/dashboard:Dashboard")["dashboardBody"]);
    for (const title of [...tracked, ...alsoTracked]) {
      const pair = widgets.filter(({ properties }: Inputs) => properties.title.startsWith(title));
      assert.deepEqual(
        pair.map(({ x }: Inputs) => x),
        [0, 12],
        title,
      );
      assert.equal(pair[0].y, pair[1].y, title);
    }
    const lines = widgets.flatMap(({ properties }: Inputs) =>
      (properties.annotations?.horizontal ?? []).map(({ value }: Inputs) => value),
    );
    assert.deepEqual([...new Set(lines)], [99, 5, 2000, 3000, 100 / 24, 10]);
    assert.ok(widgets.some(({ properties }: Inputs) => properties.title === "Weight"));
    const listed = widgets.find(({ type }: Inputs) => type === "alarm").properties.alarms;
    assert.equal(listed.length, made.all("aws:cloudwatch/metricAlarm:MetricAlarm").length);
    assert.match(String(made.outputs["dashboard"]), /dashboard\/hub-production$/);
  });

  test("the guardian runs on the newest Node that Lambda has, and asks a new account for no concurrency of its own", () => {
    const guardian = inputs("aws:lambda/function:Function", "guardian");
    assert.equal(guardian["runtime"], "nodejs24.x");
    assert.equal(guardian["reservedConcurrentExecutions"], undefined);
  });

  test("whoever takes a role at once waits for what it may do", () => {
    const waits = (type: string, name: string) => made.one(type, name).dependencies;
    assert.ok(
      waits("trafficswitch:index:TrafficSwitch", "switch").includes("aws:iam/rolePolicy:RolePolicy switch"),
    );
    assert.ok(
      waits("aws:lambda/function:Function", "guardian").includes("aws:iam/rolePolicy:RolePolicy guardian"),
    );
  });

  /** All that a role may do: its own policy, and those that are attached to it. */
  const policy = (role: string): PolicyDocument => {
    const attached = made
      .all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .filter(({ inputs: of }) => of["role"] === `${role}-1`)
      .map(({ inputs: of }) => of["policyArn"]);
    const texts = [
      inputs("aws:iam/rolePolicy:RolePolicy", role)["policy"],
      ...made
        .all("aws:iam/policy:Policy")
        .filter(({ outputs }) => attached.includes(outputs["arn"]))
        .map(({ inputs: of }) => of["policy"]),
    ];
    const documents = texts.map((text) => JSON.parse(String(text)) as PolicyDocument);
    return { Version: "2012-10-17", Statement: documents.flatMap(({ Statement }) => Statement) };
  };
  const may = (role: string, action: string, resource = "*", context: Attempt["context"] = {}) =>
    allowed(policy(role), { action, resource, context });
  const elb = "arn:aws:elasticloadbalancing:us-east-1:123456789012";
  const ecs = "arn:aws:ecs:us-east-1:123456789012:service";
  const table = "arn:aws:dynamodb:us-east-1:123456789012:table/hub-production-switch";
  const weighted = `${elb}:listener-rule/app/hub-1/1/hub/weighted`;
  const item = { "dynamodb:LeadingKeys": "production" };
  const iam = "arn:aws:iam::123456789012";
  const boundary = `${iam}:policy/hub/production/boundary-1`;
  const bounded = { "iam:PermissionsBoundary": boundary };
  const ownRole = (name: string) => `${iam}:role/hub/production/${name}`;
  const passedTo = (service: string) => ({ "iam:PassedToService": `${service}.amazonaws.com` });

  test("the switch moves its rule, its two services and its one item", () => {
    assert.ok(may("switch", "elasticloadbalancing:ModifyRule", weighted));
    assert.ok(may("switch", "elasticloadbalancing:AddTags", weighted));
    assert.ok(may("switch", "ecs:UpdateService", `${ecs}/hub-1/green-1`));
    assert.ok(may("switch", "dynamodb:PutItem", table, item));
    assert.ok(may("guardian", "elasticloadbalancing:ModifyRule", weighted));
    assert.ok(may("guardian", "dynamodb:PutItem", table, item));
    assert.ok(
      may("guardian", "cloudwatch:PutMetricData", "*", {
        "cloudwatch:namespace": "McpHub/hub/production/drawn",
      }),
    );
  });

  const flag = { ...item, "dynamodb:Attributes": "drain", "dynamodb:Select": "SPECIFIC_ATTRIBUTES" };
  const taskOf = (cluster: string) => `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/0123456789abcdef`;

  test("the sidecar reads its drain flag, and protects tasks of its cluster alone", () => {
    assert.ok(may("task", "dynamodb:GetItem", table, flag));
    assert.ok(
      may("task", "ecs:UpdateTaskProtection", taskOf("hub-1"), {
        "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/hub-1",
      }),
    );
  });

  test("a hub learns from its container and from its task's role neither where the metrics are nor what its sidecar is told", () => {
    const namespace = String(made.one("trafficswitch:index:MetricNamespace").outputs["namespace"]);
    for (const colour of colours) {
      const text = inputs("aws:ecs/taskDefinition:TaskDefinition", colour)["containerDefinitions"];
      const [hub, sidecar] = JSON.parse(String(text)) as [Inputs, Inputs];
      assert.ok(!JSON.stringify(hub).includes(namespace), colour);
      // What the task's metadata shows to all of its containers: no environment, no secrets.
      const { environment, secrets: _secrets, ...shown } = sidecar;
      assert.ok(!JSON.stringify(shown).includes(namespace), colour);
      assert.ok(
        environment.some(({ value }: Inputs) => value === namespace),
        colour,
      );
      const group = (of: Inputs) => of["logConfiguration"].options["awslogs-group"];
      assert.deepEqual(
        [group(hub), group(sidecar)],
        [`/hub/production/${colour}`, `/hub/production/${colour}/sidecar`],
      );
    }
    // The record says it too, and whoever asks for no attribute by name gets all of it.
    const all = { "dynamodb:Select": "ALL_ATTRIBUTES" };
    const rest = { ...item, "dynamodb:Attributes": "json" };
    for (const asked of [item, { ...item, ...all }, rest, { ...rest, ...all }, { ...flag, ...all }])
      assert.ok(!may("task", "dynamodb:GetItem", table, asked), JSON.stringify(asked));
  });

  test("no role can do more than its job", () => {
    const otherCluster = { "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/other" };
    const denied: [string, string, string?, Attempt["context"]?][] = [];
    for (const role of ["switch", "guardian"])
      denied.push(
        [role, "elasticloadbalancing:ModifyListener", `${elb}:listener/app/hub-1/1/hub`],
        [role, "elasticloadbalancing:ModifyRule", `${elb}:listener-rule/app/hub-1/1/hub/pin-blue`],
        [role, "elasticloadbalancing:ModifyRule", `${elb}:listener-rule/app/other/2/other/weighted`],
        [role, "elasticloadbalancing:SetRulePriorities", weighted],
        [role, "elasticloadbalancing:RegisterTargets"],
        [role, "ecs:UpdateService", `${ecs}/hub-1/other-1`],
        [role, "ecs:UpdateService", `${ecs}/other/green-1`],
        [role, "ecs:DeleteService", `${ecs}/hub-1/green-1`],
        [role, "dynamodb:PutItem", table, { "dynamodb:LeadingKeys": "staging" }],
        [role, "dynamodb:DeleteTable", table],
        [role, "iam:PassRole"],
        [role, "cloudwatch:SetAlarmState"],
        [role, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:other"],
      );
    denied.push(
      ["guardian", "elasticloadbalancing:DeleteRule", weighted],
      ["guardian", "logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/other:*"],
      ["guardian", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "AWS/ECS" }],
      ["guardian", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "McpHub/hub/staging" }],
      ["guardian", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "McpHub/hub/production" }],
      ["task", "ecs:UpdateTaskProtection", taskOf("other"), otherCluster],
      ["task", "ecs:UpdateTaskProtection", taskOf("hub-1"), otherCluster],
      // What could tell a hub where the metrics are, or let it write some.
      ...[
        "cloudwatch:ListMetrics",
        "cloudwatch:GetMetricData",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetDashboard",
        "cloudwatch:PutMetricData",
        "logs:DescribeLogGroups",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:StartQuery",
        "logs:PutLogEvents",
        "logs:CreateLogStream",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "lambda:GetFunctionConfiguration",
        "iam:GetRolePolicy",
        "dynamodb:Scan",
        "dynamodb:Query",
      ].map((action): [string, string, string, Attempt["context"]] => ["task", action, "*", item]),
      ["task", "dynamodb:PutItem", table, item],
      ["task", "dynamodb:GetItem", table, { ...flag, "dynamodb:LeadingKeys": "staging" }],
      ["task", "secretsmanager:GetSecretValue"],
      ["task", "elasticloadbalancing:ModifyRule", weighted],
      [
        "execution",
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:other",
      ],
      ["execution", "dynamodb:GetItem", table, item],
      // The example's images are in another registry.
      ["execution", "ecr:GetAuthorizationToken"],
      ["execution", "ecr:BatchGetImage"],
      [
        "deploy",
        "elasticloadbalancing:ModifyRule",
        weighted,
        { "aws:ResourceTag/traffic-switch:table": "t" },
      ],
      ["deploy", "iam:CreateUser"],
      ["deploy", "iam:CreateAccessKey"],
      ["deploy", "iam:PutRolePolicy", `${iam}:role/admin`, bounded],
      // Roles only inside the boundary, and nothing loosens it.
      ["deploy", "iam:CreateRole", ownRole("other-1")],
      ["deploy", "iam:CreateRole", ownRole("other-1"), { "iam:PermissionsBoundary": `${iam}:policy/loose` }],
      ["deploy", "iam:CreateRole", `${iam}:role/other`, bounded],
      ["deploy", "iam:PutRolePolicy", ownRole("task-1")],
      ["deploy", "iam:AttachRolePolicy", ownRole("task-1"), bounded],
      ["deploy", "iam:UpdateAssumeRolePolicy", ownRole("switch-1"), bounded],
      ["deploy", "iam:DeleteRolePermissionsBoundary", ownRole("task-1"), bounded],
      ["deploy", "iam:PutRolePermissionsBoundary", ownRole("task-1"), bounded],
      ["deploy", "iam:CreatePolicyVersion", boundary],
      ["deploy", "iam:SetDefaultPolicyVersion", boundary],
      ["deploy", "iam:DeletePolicy", boundary],
      // Not itself.
      ["deploy", "iam:PutRolePolicy", `${iam}:role/deploy-1`, bounded],
      ["deploy", "iam:UpdateRole", `${iam}:role/deploy-1`],
      ["deploy", "iam:UpdateAssumeRolePolicy", `${iam}:role/deploy-1`],
      ["deploy", "iam:CreateOpenIDConnectProvider"],
      // Each role to its own service.
      ["deploy", "iam:PassRole", `${iam}:role/admin`, passedTo("lambda")],
      ["deploy", "iam:PassRole", ownRole("task-1"), passedTo("lambda")],
      ["deploy", "iam:PassRole", ownRole("guardian-1"), passedTo("ecs-tasks")],
      ["deploy", "iam:PassRole", ownRole("switch-1"), passedTo("ecs-tasks")],
      ["deploy", "iam:PassRole", ownRole("task-1"), passedTo("ec2")],
      ["deploy", "sts:AssumeRole", `${iam}:role/admin`],
      // Nothing of anybody else's, and no way into a container.
      ["deploy", "ecs:ExecuteCommand"],
      ["deploy", "ecs:RunTask"],
      ["deploy", "ecs:DeleteService", `${ecs}/other/api`],
      ["deploy", "elasticloadbalancing:DeleteLoadBalancer", `${elb}:loadbalancer/app/other/1`],
      ["deploy", "lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:123456789012:function:other"],
      [
        "deploy",
        "lambda:InvokeFunction",
        "arn:aws:lambda:us-east-1:123456789012:function:hub-production-guardian",
      ],
      ["deploy", "s3:GetObject", "arn:aws:s3:::balancer-logs-1/requests/x"],
      ["deploy", "s3:DeleteBucket", "arn:aws:s3:::balancer-logs-1"],
      ["deploy", "s3:DeleteObject", "arn:aws:s3:::balancer-logs-1/requests/x"],
      [
        "deploy",
        "logs:DeleteLogGroup",
        "arn:aws:logs:us-east-1:123456789012:log-group:/other/production/blue",
      ],
      ["deploy", "cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:other"],
      ["deploy", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "McpHub/hub/production" }],
      ["deploy", "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZOTHER"],
      ["deploy", "sns:DeleteTopic", "arn:aws:sns:us-east-1:123456789012:other"],
      ["deploy", "ec2:RunInstances"],
      ["deploy", "dynamodb:DeleteTable", table],
      [
        "deploy",
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub/gemini-AbCdEf",
      ],
      ["deploy", "dynamodb:PutItem", table, item],
    );
    const through = denied.filter(([role, action, resource, context]) =>
      may(role, action, resource, context),
    );
    assert.deepEqual(through, []);
  });

  test("a deployment changes pins and roles of its own stack", () => {
    assert.ok(
      may("deploy", "elasticloadbalancing:ModifyRule", `${elb}:listener-rule/app/hub-1/1/hub/pin-blue`),
    );
    assert.ok(may("deploy", "iam:CreateRole", ownRole("task-1"), bounded));
    assert.ok(may("deploy", "iam:PutRolePolicy", ownRole("task-1"), bounded));
    assert.ok(may("deploy", "iam:PassRole", ownRole("task-1"), passedTo("ecs-tasks")));
    assert.ok(may("deploy", "iam:PassRole", ownRole("guardian-1"), passedTo("lambda")));
    assert.ok(may("deploy", "sts:AssumeRole", ownRole("switch-1")));
  });

  test("no role of the stack exceeds the boundary, which lets each do its job and no role more", () => {
    const most = JSON.parse(inputs("aws:iam/policy:Policy", "boundary")["policy"]) as PolicyDocument;
    for (const role of ["execution", "task", "switch", "guardian"]) {
      assert.equal(inputs("aws:iam/role:Role", role)["permissionsBoundary"], boundary, role);
      for (const { Effect, Action, Resource } of policy(role).Statement)
        if (Effect === "Allow")
          for (const action of Action)
            for (const resource of [Resource].flat())
              assert.ok(allowed(most, { action, resource }), `${role} ${action} ${resource}`);
    }
    for (const action of [
      "iam:PutRolePolicy",
      "iam:PassRole",
      "sts:AssumeRole",
      "s3:GetObject",
      "ec2:RunInstances",
    ])
      assert.ok(!allowed(most, { action, resource: "*" }), action);
    const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:other";
    assert.ok(!allowed(most, { action: "secretsmanager:GetSecretValue", resource: secret }));
  });

  test("policies are within IAM's sizes: 10,240 characters in a role, 6,144 on their own", () => {
    assert.deepEqual(tooLong(made), []);
  });

  test("policies stay within them with 30 secrets of 60 characters, in GovCloud, in a stack with the longest name there is", async () => {
    const secrets = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`KEY_${index}`, `${index}-`.padEnd(60, "x")]),
    );
    const stack = "s".repeat(64 - "hub--guardian".length);
    const largest = await evaluate({ hub: { secrets } }, { region: "us-gov-west-1", stack });
    assert.equal(largest.one("aws:lambda/function:Function").inputs["name"], `hub-${stack}-guardian`);
    const most = JSON.stringify(largest.one("aws:iam/policy:Policy", "boundary").inputs["policy"]);
    for (const name of Object.values(secrets)) assert.ok(most.includes(name), name);
    assert.deepEqual(tooLong(largest), []);
    await assert.rejects(evaluate({}, { stack: `${stack}s` }), /has 65 characters/);
  });

  test("a stack whose name has a dot is refused before anything is made: functions and dashboards take none", async () => {
    await assert.rejects(evaluate({}, { stack: "v1.2" }), /take no dot/);
  });

  test("a pull request's preview looks at the stack, and changes nothing, takes no role and reads no secret", () => {
    assert.ok(may("preview", "dynamodb:GetItem", table, item));
    assert.ok(may("preview", "elasticloadbalancing:DescribeRules"));
    const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub/gemini-AbCdEf";
    assert.ok(may("preview", "secretsmanager:DescribeSecret", secret));
    const given = policy("preview").Statement.filter(({ Effect }) => Effect === "Allow");
    for (const action of given.flatMap(({ Action }) => Action))
      assert.match(action, /^[a-z0-9-]+:(Describe|Get|List)/);
    const denied: [string, string][] = [
      ["secretsmanager:GetSecretValue", secret],
      ["sts:AssumeRole", ownRole("switch-1")],
      ["elasticloadbalancing:ModifyRule", weighted],
      ["dynamodb:PutItem", table],
      ["ecs:UpdateService", `${ecs}/hub-1/green-1`],
      ["iam:PassRole", ownRole("task-1")],
      ["s3:GetObject", "arn:aws:s3:::balancer-logs-1/requests/x"],
    ];
    assert.deepEqual(
      denied.filter(([action, resource]) => may("preview", action, resource, item)),
      [],
    );
  });

  test("workflows deploy and preview, without long-lived keys, and the stack says by which roles", () => {
    const subjects = (role: string): unknown => {
      const [statement] = JSON.parse(inputs("aws:iam/role:Role", role)["assumeRolePolicy"]).Statement;
      assert.equal(statement.Action, "sts:AssumeRoleWithWebIdentity");
      return statement.Condition.StringLike["token.actions.githubusercontent.com:sub"];
    };
    assert.deepEqual(subjects("deploy"), [
      "repo:example/hub-infrastructure:ref:refs/heads/main",
      "repo:example@*/hub-infrastructure@*:ref:refs/heads/main",
    ]);
    assert.deepEqual(subjects("preview"), [
      "repo:example/hub-infrastructure:pull_request",
      "repo:example@*/hub-infrastructure@*:pull_request",
    ]);
    assert.equal(made.outputs["deployRole"], `${iam}:role/deploy-1`);
    assert.equal(made.outputs["previewRole"], `${iam}:role/preview-1`);
    assert.equal(inputs("aws:iam/role:Role", "deploy")["maxSessionDuration"], 43_200);
    assert.deepEqual(made.all("aws:iam/accessKey:AccessKey"), []);
  });

  test("a second stack of an account takes the identity provider that is there", async () => {
    const providerArn = `${iam}:oidc-provider/token.actions.githubusercontent.com`;
    const second = await evaluate({ github: { providerArn } });
    assert.deepEqual(second.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider"), []);
    const trust = JSON.parse(String(second.one("aws:iam/role:Role", "deploy").inputs["assumeRolePolicy"]));
    assert.equal(trust.Statement[0].Principal.Federated, providerArn);
  });

  test("what a security reviewer asks: retention, record kept, no admin wildcard, no secret in any input", () => {
    for (const { name, inputs: group } of made.all("aws:cloudwatch/logGroup:LogGroup"))
      assert.ok(Number(group["retentionInDays"]) > 0, name);
    const record = inputs("aws:dynamodb/table:Table");
    assert.equal(record["deletionProtectionEnabled"], true);
    assert.equal(record["pointInTimeRecovery"].enabled, true);
    for (const { name, inputs: rolePolicy } of made.all("aws:iam/rolePolicy:RolePolicy"))
      for (const { Effect, Action } of (JSON.parse(String(rolePolicy["policy"])) as PolicyDocument).Statement)
        if (Effect === "Allow") assert.ok(!Action.some((action) => /^(\*|iam:\*)$/.test(action)), name);
    assert.deepEqual(made.all("aws:secretsmanager/secretVersion:SecretVersion"), []);
    for (const { type, name, inputs: of } of made.resources) {
      // The guardian's code knows what secrets look like, to take them out of what it writes.
      const { code: _code, ...rest } = of;
      const [found] = /AKIA|BEGIN [A-Z ]*KEY|AIza/.exec(JSON.stringify(rest)) ?? [];
      assert.equal(found, undefined, `${type} ${name}`);
    }
  });
});
