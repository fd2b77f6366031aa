import pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {}

const made = new Thing("test:index:Thing", "first", { value: "two" });
await new Promise<void>((resolve) => made.urn.apply(() => resolve()));
throw new Error("the config names no hub");
