import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../error.ts";

const refused = (message: string) => new AwsError("ClientException", message);

/** Memory in MiB that Fargate has for each number of CPU units: from, to, in steps of (Amazon ECS, task size). */
const fargate: Readonly<Record<string, readonly [least: number, most: number, step: number]>> = {
  "512": [1_024, 4_096, 1_024],
  "1024": [2_048, 8_192, 1_024],
  "2048": [4_096, 16_384, 1_024],
  "4096": [8_192, 30_720, 1_024],
  "8192": [16_384, 61_440, 4_096],
  "16384": [32_768, 122_880, 8_192],
};

/** Bytes that a task definition may have (Amazon ECS, service quotas). */
const mostBytes = 65_536;

/** Throws for a task definition that ECS takes no part of. */
export function mustBeRegistrable(input: RegisterTaskDefinitionCommandInput): void {
  const containers = input.containerDefinitions ?? [];
  if ((input.family ?? "") === "") throw refused("Family should not be null or empty.");
  if (containers.length === 0) throw refused("Container definitions should not be empty.");
  const names = containers.map(({ name }) => name ?? "");
  if (names.includes("")) throw refused("Container.name should not be null or empty.");
  if (new Set(names).size < names.length) throw refused("Container.name contains duplicate container names.");
  if (input.requiresCompatibilities?.includes("FARGATE")) mustBeFargate(input);
  for (const container of containers) {
    mustDependOn(container, names);
    mustNameVariables(container);
  }
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > mostBytes)
    throw refused(`Actual length: '${bytes}'. Max allowed length is '${mostBytes}' bytes.`);
}

function mustBeFargate({ cpu = "", memory = "" }: RegisterTaskDefinitionCommandInput): void {
  const size = Number(memory);
  const [least, most, step] = fargate[cpu] ?? [Infinity, 0, 1];
  // The smallest doubles instead of growing by steps.
  const fits =
    cpu === "256"
      ? [512, 1_024, 2_048].includes(size)
      : size >= least && size <= most && (size - least) % step === 0;
  if (!fits) throw refused(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
}

function mustDependOn({ name, dependsOn }: ContainerDefinition, names: readonly string[]): void {
  for (const { containerName } of dependsOn ?? [])
    if (!names.includes(containerName ?? ""))
      throw refused(`Container ${name} depends on ${containerName}, which is not defined.`);
}

function mustNameVariables({ environment, secrets }: ContainerDefinition): void {
  const plain = (environment ?? []).map(({ name }) => name ?? "");
  const secret = (secrets ?? []).map(({ name }) => name ?? "");
  if ([...plain, ...secret].includes("")) throw refused("Environment variable name cannot be blank.");
  const both = secret.find((name, index) => plain.includes(name) || secret.indexOf(name) < index);
  if (both !== undefined)
    throw refused(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${both}'.`,
    );
}
