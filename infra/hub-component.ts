import * as pulumi from "@pulumi/pulumi";

/** The component that every resource of the stack is a child of. */
export class HubComponent extends pulumi.ComponentResource {
  constructor(name: string) {
    super("hub:index:Hub", name, {}, {});
  }

  /** Nothing more will be added. */
  done(): void {
    this.registerOutputs();
  }
}
