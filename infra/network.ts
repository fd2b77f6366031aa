import { createRequire } from "node:module";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";
import { type GuardianPlace, makeGuardianPlace } from "./guardian-place.ts";

/** Where the stack stands: ids of a VPC and its subnets, made here or given, and the two security groups made in it. */
export interface Network {
  readonly vpcId: pulumi.Input<string>;
  /** None in an existing VPC whose balancer is internal. */
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Of the balancer and of the tasks. */
  readonly balancerGroup: SecurityGroup;
  readonly taskGroup: SecurityGroup;
  /** Null: the guardian runs outside the VPC. */
  readonly guardian: GuardianPlace | null;
}

/** An existing VPC, or a new one; and its security groups: clients reach the balancer only, the balancer the tasks only. */
export async function makeNetwork(
  config: HubConfig,
  opts: pulumi.ComponentResourceOptions,
): Promise<Network> {
  const place = await makeVpc(config, opts);
  const { access, domain, sidecar, hub } = config;
  const balancerGroup = new SecurityGroup(
    "balancer",
    { vpcId: place.vpcId, description: "Clients to the load balancer" },
    opts,
  );
  const taskGroup = new SecurityGroup(
    "tasks",
    { vpcId: place.vpcId, description: "The load balancer to the tasks of the hub" },
    opts,
  );
  const port = access.port ?? (domain ? 443 : 80);
  const targetPort = sidecar.enabled ? sidecar.port : hub.port;
  const open = (
    name: string,
    group: SecurityGroup,
    rule: Omit<SecurityGroupIngressRuleArgs, "securityGroupId">,
    aliases: pulumi.Alias[] = [],
  ) => new SecurityGroupIngressRule(name, { securityGroupId: group.id, ...rule }, { ...opts, aliases });
  for (const [index, cidrIpv4] of access.cidrs.entries()) {
    open(`clients-${index}`, balancerGroup, { cidrIpv4, ipProtocol: "tcp", fromPort: port, toPort: port });
    if (domain)
      open(`clients-http-${index}`, balancerGroup, { cidrIpv4, ipProtocol: "tcp", fromPort: 80, toPort: 80 });
  }
  const toTasks = { ipProtocol: "tcp", fromPort: targetPort, toPort: targetPort };
  open("balancer-to-tasks", taskGroup, { referencedSecurityGroupId: balancerGroup.id, ...toTasks });
  // A request for a session of a peer task is forwarded from sidecar to sidecar.
  if (sidecar.enabled)
    // EC2 takes no rule twice: in a stack that has it by its former name it must not be made anew.
    open("peer-tasks", taskGroup, { referencedSecurityGroupId: taskGroup.id, ...toTasks }, [
      { name: "sister-tasks" },
    ]);
  new SecurityGroupEgressRule(
    "balancer-out",
    { securityGroupId: balancerGroup.id, referencedSecurityGroupId: taskGroup.id, ...toTasks },
    opts,
  );
  // Images, secrets, logs and the language model are outside the VPC.
  new SecurityGroupEgressRule(
    "tasks-out",
    { securityGroupId: taskGroup.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" },
    opts,
  );
  const guardian = makeGuardianPlace(config, { ...place, balancerGroup, port }, opts);
  const { vpcId, publicSubnetIds, privateSubnetIds } = place;
  return { vpcId, publicSubnetIds, privateSubnetIds, balancerGroup, taskGroup, guardian };
}

async function makeVpc({ network }: HubConfig, opts: pulumi.ComponentResourceOptions) {
  const { vpcId, publicSubnetIds = [], privateSubnetIds, natAddresses = [], cidr } = network;
  if (vpcId !== undefined && privateSubnetIds)
    return { vpcId, publicSubnetIds, privateSubnetIds, natAddresses: () => natAddresses };
  // Loaded only where it is needed: the package costs half a second.
  const awsx = await import("@pulumi/awsx/ec2/index.js");
  // What it makes comes back as references, and Pulumi makes resources of those of services that are registered. Required, as
  // Node's import would load every resource of the service.
  createRequire(import.meta.url)("@pulumi/aws/ec2/index.js");
  const made = new awsx.Vpc(
    "hub",
    {
      cidrBlock: cidr,
      numberOfAvailabilityZones: 2,
      natGateways: { strategy: "Single" },
      subnetStrategy: "Auto",
    },
    opts,
  );
  return {
    vpcId: made.vpcId,
    publicSubnetIds: made.publicSubnetIds,
    privateSubnetIds: made.privateSubnetIds,
    // The one of all zones.
    natAddresses: () => [made.natGateways.apply(([nat]) => addressOf(nat))],
  };
}

/** Throws where there is none: a rule without an address would let nobody in. */
function addressOf(nat: { readonly publicIp?: pulumi.Output<string> } | undefined): pulumi.Output<string> {
  if (nat?.publicIp === undefined) throw new Error("the new VPC tells of no NAT gateway with an address");
  return nat.publicIp;
}
