import pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>;
  declare readonly arn: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { value: undefined, arn: undefined, ...args }, opts);
  }
}

class Group extends pulumi.ComponentResource {
  readonly inner: Thing;
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
    this.inner = new Thing(`${name}-inner`, { value: "in" }, { parent: this });
    this.registerOutputs({ innerArn: this.inner.arn });
  }
}

const first = new Thing("first", { value: "one" });
const second = new Thing("second", {
  value: pulumi.interpolate`after ${first.arn}`,
  token: pulumi.secret("hush"),
});
const group = new Group("group");
const looked = pulumi.runtime.invokeOutput("test:index:look", { at: "moon" });

export const arn = second.arn;
export const inner = group.inner.arn;
export const token = pulumi.secret("hush");
export const seen = looked.apply((answer) => (answer as { colour: string }).colour);
