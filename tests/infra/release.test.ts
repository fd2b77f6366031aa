import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type Colour, colours } from "../../domain/colour.ts";
import { ConfigError, parseConfig, slotOf } from "../../infra/config.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { secretRefsOf } from "../../infra/secret-names.ts";
import { slotDeployment } from "../../infra/slot-deployment.ts";
import { type Config, bases, changed, changes } from "./changes.ts";
import { type Evaluation, evaluate } from "./program.ts";

/** The same config with the members of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, reversed(member)])
      .toReversed(),
  );
}

interface Slots {
  readonly names: readonly string[];
  readonly deployments: readonly string[];
}

/** Both colours as they are named and as ECS gets them, but for the name in it; null: no config of ours. */
function slotsOf(given: Config): Slots | null {
  try {
    const config = parseConfig(given);
    const facts = (colour: Colour) => ({
      colour,
      release: "any",
      logGroup: `/hub/production/${colour}`,
      sidecarLogGroup: `/hub/production/${colour}/sidecar`,
      region: "us-east-1",
      secretsFrom: Object.fromEntries(secretRefsOf(config).map((name) => [name, `arn:${name}`])),
      table: "hub-production-switch",
      stack: "production",
      namespace: "McpHub/hub/production",
    });
    return {
      names: colours.map((of) => releaseNameOf(config, of)),
      deployments: colours.map((of) => JSON.stringify(slotDeployment(config, slotOf(config, of), facts(of)))),
    };
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

test("every key of the stack config has another value here", () => {
  const text = readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8");
  const { properties } = JSON.parse(text) as { properties: { config: { properties: Properties } } };
  const keys = leaves(properties.config.properties).filter((key) => key.startsWith("hub:"));
  const without = keys
    .map((key) => key.slice(4))
    .filter((key) => !Object.keys(changes).some((path) => key === path || key.startsWith(`${path}.`)));
  assert.deepEqual(without, []);
});

interface Properties {
  readonly [key: string]: { readonly properties?: Properties };
}

const leaves = (properties: Properties): string[] =>
  Object.entries(properties).flatMap(([key, node]) =>
    node.properties ? leaves(node.properties).map((below) => `${key}.${below}`) : [key],
  );

test("whatever changes in the config, a slot's deployment and its release's name change together or not at all", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(bases)),
      fc.subarray(Object.keys(changes), { maxLength: 3 }),
      fc.subarray(Object.keys(changes), { maxLength: 3 }),
      fc.boolean(),
      (base, first, then, turned) => {
        const was = changed(bases[base] as Config, first);
        const is = changed(was, then);
        const [before, after] = [slotsOf(was), slotsOf(turned ? (reversed(is) as Config) : is)];
        fc.pre(before !== null && after !== null);
        for (const [index, colour] of colours.entries())
          assert.equal(
            before.names[index] === after.names[index],
            before.deployments[index] === after.deployments[index],
            `${colour}: ${then.join(", ")}${turned ? ", in another order" : ""}`,
          );
      },
    ),
    { numRuns: 2_000 },
  );
});

test("the order of a config's members changes neither", () => {
  for (const base of Object.values(bases)) {
    const several = changed(base, ["blue.environment", "hub.secrets"]);
    assert.deepEqual(slotsOf(reversed(several) as Config), slotsOf(several));
  }
});

/** What ECS is given for a slot: its task definition but for the release's name, and what of its service starts new tasks. */
function deployedOf(made: Evaluation, colour: Colour): string {
  const { containerDefinitions, ...definition } = made.one(
    "aws:ecs/taskDefinition:TaskDefinition",
    colour,
  ).inputs;
  const { networkConfiguration, loadBalancers } = made.one("aws:ecs/service:Service", colour).inputs;
  const name = (made.outputs["releases"] as Record<Colour, string>)[colour];
  const containers = JSON.stringify(containerDefinitions).replaceAll(name, "RELEASE");
  return JSON.stringify({ definition, containers, networkConfiguration, loadBalancers });
}

/** Keys that were once forgotten, and those of each kind beside them. */
const inTheProgram = [
  "blue.hubConfig",
  "hub.tool",
  "hub.ready",
  "hub.secrets",
  "sidecar.port",
  "network.cidr",
  "network.assignPublicIp",
  "domain.name",
  "healthCheck.graceSeconds",
];
for (const [what, base] of Object.entries(bases))
  test(`what the program registers for a slot and the name that it gives change together: ${what}`, async () => {
    const before = await evaluate(base);
    const nameOf = (made: Evaluation, of: Colour) => (made.outputs["releases"] as Record<Colour, string>)[of];
    const paths =
      what === "the example" ? inTheProgram : ["hub.port", "hub.tool", "network.privateSubnetIds"];
    for (const path of paths) {
      if (path.startsWith("network.private") && what !== "an existing VPC") continue;
      const after = await evaluate(changed(base, [path]));
      for (const of of colours)
        assert.equal(
          nameOf(before, of) === nameOf(after, of),
          deployedOf(before, of) === deployedOf(after, of),
          `${path} of ${of}`,
        );
    }
  });
