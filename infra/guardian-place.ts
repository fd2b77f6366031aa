import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { closesItself } from "./config-network.ts";
import type { HubConfig } from "./config.ts";

/** Where in the VPC the guardian runs. */
export interface GuardianPlace {
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly group: SecurityGroup;
}

/** What the guardian's place is made in and what must let it in. */
export interface GuardianSurroundings {
  readonly vpcId: pulumi.Input<string>;
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Where requests from the guardian's subnets to the internet seem to come from. */
  readonly natAddresses: () => readonly pulumi.Input<string>[];
  readonly balancerGroup: SecurityGroup;
  /** Port of the balancer. */
  readonly port: number;
}

/**
 * The guardian's place in the VPC, null where it needs none: a security group of its own that the balancer lets in. An
 * internet-facing balancer sees the address of the NAT gateway instead.
 */
export function makeGuardianPlace(
  config: HubConfig,
  { vpcId, privateSubnetIds, natAddresses, balancerGroup, port }: GuardianSurroundings,
  opts: pulumi.ComponentResourceOptions,
): GuardianPlace | null {
  if (!closesItself(config.access)) return null;
  const { access, network } = config;
  const group = new SecurityGroup(
    "guardian",
    { vpcId, description: "The guardian to AWS and to the load balancer" },
    opts,
  );
  // AWS's own endpoints, the load balancer and the VPC's name servers.
  new SecurityGroupEgressRule(
    "guardian-out",
    { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" },
    opts,
  );
  const open = (
    name: string,
    from: Pick<SecurityGroupIngressRuleArgs, "referencedSecurityGroupId" | "cidrIpv4">,
  ) =>
    new SecurityGroupIngressRule(
      name,
      { securityGroupId: balancerGroup.id, ...from, ipProtocol: "tcp", fromPort: port, toPort: port },
      opts,
    );
  if (!access.internetFacing) open("guardian-to-balancer", { referencedSecurityGroupId: group.id });
  else
    for (const [index, address] of natAddresses().entries()) {
      // EC2 takes no rule twice.
      if (typeof address === "string" && access.cidrs.includes(`${address}/32`)) continue;
      open(`guardian-to-balancer-${index}`, { cidrIpv4: pulumi.interpolate`${address}/32` });
    }
  return { subnetIds: network.guardianSubnetIds ?? privateSubnetIds, group };
}
