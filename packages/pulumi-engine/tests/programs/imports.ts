import pulumi from "@pulumi/pulumi";

class Thing extends pulumi.CustomResource {}

export const thing = new Thing("test:index:Thing", "adopted", {}, { import: "thing-7" });
