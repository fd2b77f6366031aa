import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../infra/config.ts";
import { originOf } from "../../infra/origin.ts";
import { type Config, bases, changed, changes } from "./changes.ts";
import { evaluate } from "./program.ts";

/** What AWS takes for a new one only, by resource. */
const madeAnewBy: Readonly<Record<string, readonly string[]>> = {
  "aws:lb/targetGroup:TargetGroup": ["port", "protocol", "protocolVersion", "targetType", "vpcId"],
  "aws:lb/loadBalancer:LoadBalancer": ["internal", "loadBalancerType", "ipAddressType"],
  "aws:ec2/securityGroup:SecurityGroup": ["description", "vpcId"],
  "awsx:ec2:Vpc": ["cidrBlock"],
};

/** What the program registers of which the balancer and the target groups are made. */
async function madeFrom(config: Config): Promise<string> {
  const made = await evaluate(config);
  return JSON.stringify(
    Object.entries(madeAnewBy).map(([type, properties]) =>
      made
        .all(type)
        // The guardian's group comes and goes beside the others, and is in the way of none.
        .filter(({ name }) => name !== "guardian")
        .map(({ name, inputs }) => [name, ...properties.map((property) => inputs[property])]),
    ),
  );
}

const groundOf = (config: Config) => originOf(parseConfig(config), "blue").ground;

/** Keys that do not go with others of the table, and say nothing of any of these resources. */
const alone = new Set(["github.environments", "access.withoutAuthentication", "domain.certificateArn"]);

const ofExisting = ["publicSubnetIds", "privateSubnetIds", "guardianSubnetIds", "natAddresses"];
const withoutVpc = new Set([...ofExisting.map((key) => `network.${key}`), "network.cidr"]);

for (const [what, base] of Object.entries(bases)) {
  const ground = groundOf(base);
  test(`no other key makes balancer, target groups or network anew: ${what}`, async () => {
    const others = Object.keys(changes).filter(
      (path) => !(path in ground) && !alone.has(path) && !("network.cidr" in ground && withoutVpc.has(path)),
    );
    assert.ok(others.length > 80, `${others.length}`);
    const all = changed(base, others);
    assert.deepEqual(groundOf(all), ground);
    assert.equal(await madeFrom(all), await madeFrom(base));
  });
  test(`each of these keys does: ${what}`, async () => {
    const before = await madeFrom(base);
    for (const key of Object.keys(ground)) {
      const after = anew(key, base);
      assert.notDeepEqual(groundOf(after), ground, key);
      assert.notEqual(await madeFrom(after), before, key);
    }
  });
}

/** The config with another value of the key: an existing VPC comes with subnets, and a sidecar that is off goes on. */
function anew(key: string, base: Config): Config {
  const [example, existing] = [bases["the example"], bases["an existing VPC"]] as [Config, Config];
  if (key === "network.vpcId" && base !== existing) return existing;
  return key === "sidecar.enabled" && base !== example && base !== existing ? example : changed(base, [key]);
}
