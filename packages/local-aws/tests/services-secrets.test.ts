import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { PutSecretValueCommand, SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { startAws, systemClock } from "../src/index.ts";

const shows = `console.log(JSON.stringify(["WHOLE","KEY","NUMBER","BEFORE","NAME","ARN"].map((n) => process.env[n])));`;

test("a container gets its secrets as ECS reads them: whole, one key of the JSON, a former version, parameters by name and ARN", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "secrets-"));
  const aws = await startAws({
    images: { "shows:1": { command: ["node", "-e", `${shows} setInterval(() => {}, 1e6)`] } },
    folder: join(folder, "tasks"),
    clock: systemClock,
    random: Math.random,
  });
  t.after(async () => {
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  });
  const access = {
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  };
  const secrets = new SecretsManager(access);
  const ssm = new SSM(access);
  const ecs = new ECSClient(access);
  const { ARN: json } = await secrets.createSecret({ Name: "keys", SecretString: '{"A": "old"}' });
  await secrets.send(
    new PutSecretValueCommand({ SecretId: "keys", SecretString: '{"A": "new", "N": 5432}' }),
  );
  await ssm.putParameter({ Name: "/hub/key", Value: "parameter", Type: "SecureString" });
  const looking = { ParameterFilters: [{ Key: "Name", Option: "Equals", Values: ["/hub/key", "none"] }] };
  const { Parameters: described = [] } = await ssm.describeParameters(looking);
  assert.deepEqual(
    described.map((one) => [one.Name, one.Type, "Value" in one]),
    [["/hub/key", "SecureString", false]],
  );
  const { Parameter } = await ssm.getParameter({ Name: "/hub/key" });
  assert.notEqual(Parameter?.Value, "parameter", "nobody asked to decrypt it");

  await ecs.send(new CreateClusterCommand({ clusterName: "c" }));
  const from = {
    WHOLE: json,
    KEY: `${json}:A::`,
    NUMBER: `${json}:N::`,
    BEFORE: `${json}:A:AWSPREVIOUS:`,
    NAME: "/hub/key",
    ARN: Parameter?.ARN,
  };
  const define = (names: Readonly<Record<string, string | undefined>>) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "shows",
        containerDefinitions: [
          {
            name: "hub",
            image: "shows:1",
            secrets: Object.entries(names).map(([name, valueFrom]) => ({ name, valueFrom })),
            logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g" } },
          },
        ],
      }),
    );
  await define(from);
  const service = { cluster: "c", desiredCount: 1, taskDefinition: "shows" };
  await ecs.send(new CreateServiceCommand({ ...service, serviceName: "one" }));
  const written = () => aws.logs.lines("g", () => true);
  while (written().length === 0) await pause(20);
  assert.deepEqual(JSON.parse(written()[0] ?? ""), [
    '{"A": "new", "N": 5432}',
    "new",
    "5432",
    "old",
    "parameter",
    "parameter",
  ]);

  await define({ KEY: `${json}:NONE::` });
  await ecs.send(new CreateServiceCommand({ ...service, serviceName: "two" }));
  const reasons = () => [...aws.ecs.state.tasks.values()].flatMap(({ stoppedReason }) => stoppedReason ?? []);
  while (reasons().length === 0) await pause(20);
  assert.match(reasons()[0] ?? "", /unable to pull secrets: .* did not contain json key NONE$/);
  for (const client of [secrets, ssm, ecs]) client.destroy();
});
