/** Registers what the stack's config asks for: see `world.ts` for its shape. */
import pulumi from "@pulumi/pulumi";
import type { Wanted, World } from "../../world.ts";

class Thing extends pulumi.CustomResource {
  declare readonly arn: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("twin:index:Thing", name, { arn: undefined, ...args }, opts);
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("twin:index:Group", name, {}, opts);
    this.registerOutputs({});
  }
}

const world = new pulumi.Config().requireObject<World>("world");
const made = new Map<string, pulumi.Resource>();

/** `$NAME` is that thing's arn, `secret:TEXT` a secret. */
function input(value: pulumi.Input<unknown>): pulumi.Input<unknown> {
  if (typeof value !== "string") return value;
  if (value.startsWith("$")) return (made.get(value.slice(1)) as Thing).arn;
  return value.startsWith("secret:") ? pulumi.secret(value.slice(7)) : value;
}

function make({ name, inputs = {}, component = false, parent, after = [], ...options }: Wanted): void {
  const of = (other: string) => made.get(other) as pulumi.Resource;
  const opts = {
    ...options,
    parent: parent === undefined ? undefined : of(parent),
    dependsOn: after.map(of),
  };
  const args = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, input(value)]));
  made.set(name, component ? new Group(name, opts) : new Thing(name, args, opts));
}

for (const wanted of world.things) make(wanted);
if (world.asks !== undefined) {
  const answer = await pulumi.runtime.invoke("twin:index:ask", { text: world.asks });
  await pulumi.log.info(`was told ${JSON.stringify(answer)}`);
}
if (world.warns !== undefined) await pulumi.log.warn(world.warns);
if (world.refuses !== undefined) throw new pulumi.RunError(world.refuses);
if (world.throws !== undefined) throw new Error(world.throws);

export const arns = Object.fromEntries(
  [...made].flatMap(([name, thing]) => (thing instanceof Thing ? [[name, thing.arn]] : [])),
);
