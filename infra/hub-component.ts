import * as pulumi from "@pulumi/pulumi";

/** The component that every resource of the stack is a child of. */
export class HubComponent extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions = {}) {
    super("hub:index:Hub", name, {}, opts);
  }

  /** Nothing more will be added. */
  done(): void {
    this.registerOutputs();
  }
}
