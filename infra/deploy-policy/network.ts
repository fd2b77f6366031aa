import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";

/** Calls of the network. EC2 names what it makes by ids that nobody knows beforehand, so no name bounds them. */
export function network({ ownVpc }: Deployed): Statement[] {
  const ways = ["Ingress", "Egress"];
  const own = [
    ...["Vpc", "Subnet", "InternetGateway", "NatGateway", "RouteTable", "Route"].flatMap((kind) => [
      `ec2:Create${kind}`,
      `ec2:Delete${kind}`,
    ]),
    "ec2:ModifyVpcAttribute",
    "ec2:ModifySubnetAttribute",
    "ec2:AttachInternetGateway",
    "ec2:DetachInternetGateway",
    "ec2:AllocateAddress",
    "ec2:ReleaseAddress",
    "ec2:DisassociateAddress",
    "ec2:ReplaceRoute",
    "ec2:AssociateRouteTable",
    "ec2:DisassociateRouteTable",
  ];
  return [
    allow(
      [
        "ec2:Describe*",
        "ec2:CreateSecurityGroup",
        "ec2:DeleteSecurityGroup",
        ...ways.flatMap((way) => [`ec2:AuthorizeSecurityGroup${way}`, `ec2:RevokeSecurityGroup${way}`]),
        "ec2:ModifySecurityGroupRules",
        // What a function in the VPC leaves behind holds its security group.
        "ec2:DeleteNetworkInterface",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        ...(ownVpc ? own : []),
      ],
      "*",
    ),
  ];
}
