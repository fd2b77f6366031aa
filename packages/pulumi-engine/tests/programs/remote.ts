import pulumi from "@pulumi/pulumi";

class Pair extends pulumi.ComponentResource {
  declare readonly arn: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.ComponentResourceOptions) {
    super(process.env["PAIR_TYPE"] ?? "", name, { arn: undefined, token: undefined, ...args }, opts, true);
  }
}

class Thing extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, args, opts);
  }
}

const pair = new Pair("pair", { size: 2, token: pulumi.secret("hush") }, { protect: true });
const after = new Thing("after", { of: pair.arn });

export const { arn, token } = pair;
export const follower = after.urn;
