import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ContainerDefinition,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import { Account } from "./account.ts";

const hub: ContainerDefinition = { name: "hub", image: "hub:1" };
const fine: RegisterTaskDefinitionCommandInput = {
  family: "hub",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [hub],
};
const variable = (name: string) => ({ name, value: "1" });
const secret = (name: string) => ({
  name,
  valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:a",
});
const one = (more: Partial<ContainerDefinition>) => ({ containerDefinitions: [{ ...hub, ...more }] });
const large = (length: number) => one({ environment: [{ name: "HUB_CONFIG", value: "x".repeat(length) }] });

/** What is laid over a fine task definition, and what ECS says to it. */
const refused: readonly [name: string, more: Partial<RegisterTaskDefinitionCommandInput>, says: RegExp][] = [
  ["no containers", { containerDefinitions: [] }, /should not be empty/],
  ["no family", { family: "" }, /Family should not be null or empty/],
  ["a container without a name", one({ name: "" }), /name should not be null or empty/],
  ["two of a name", { containerDefinitions: [hub, hub] }, /duplicate/],
  ["CPU units that Fargate has not", { cpu: "300" }, /No Fargate configuration exists/],
  ["memory between two steps", { cpu: "256", memory: "1536" }, /No Fargate configuration exists/],
  ["memory below 8 vCPUs'", { cpu: "8192", memory: "8192" }, /No Fargate configuration exists/],
  ["memory beside 8 vCPUs' steps", { cpu: "8192", memory: "17408" }, /No Fargate configuration exists/],
  ["a variable without a name", one({ environment: [variable("")] }), /cannot be blank/],
  ["a secret without a name", one({ secrets: [secret("")] }), /cannot be blank/],
  ["one name twice", one({ environment: [variable("KEY")], secrets: [secret("KEY")] }), /such as 'KEY'/],
  ["a missing container", one({ dependsOn: [{ containerName: "no", condition: "START" }] }), /not defined/],
  ["more than 65,536 bytes", large(65_536), /Max allowed length is '65536' bytes/],
];

test("task definitions that ECS refuses are refused, and the sizes that Fargate has are taken", async () => {
  await using account = await Account.open();
  const ecs = new ECSClient(account.settings());
  const register = (more: Partial<RegisterTaskDefinitionCommandInput>) =>
    ecs.send(new RegisterTaskDefinitionCommand({ ...fine, ...more }));
  for (const [name, more, says] of refused)
    await assert.rejects(register(more), { name: "ClientException", message: says }, name);
  for (const [cpu, memory] of [
    ["256", "2048"],
    ["512", "4096"],
    ["4096", "30720"],
    ["8192", "16384"],
    ["8192", "61440"],
    ["16384", "32768"],
    ["16384", "122880"],
  ] as const)
    assert.ok((await register({ cpu, memory })).taskDefinition, `${cpu} ${memory}`);
  await register(large(65_000));
  ecs.destroy();
});
