import { z } from "zod";
import { evenIfIncomplete } from "./config-problems.ts";
import { anyPartition } from "./partition.ts";

const cidr = z.cidrv4("must be an IPv4 range such as 10.0.0.0/16");

/** The config key `network`: a new VPC of this stack's own, or an existing one with the subnets of both kinds. */
export const network = z
  .strictObject({
    vpcId: z
      .string()
      .regex(/^vpc-\w+$/, "must be a VPC's id")
      .optional()
      .describe("An existing VPC; left out: a new one with two zones and one NAT gateway."),
    publicSubnetIds: z
      .array(z.string())
      .min(2)
      .optional()
      .describe("Where an internet-facing balancer stands; an internal one stands in the private ones."),
    privateSubnetIds: z.array(z.string()).min(2).optional().describe("Where the tasks run."),
    assignPublicIp: z
      .boolean()
      .default(false)
      .describe("For tasks in public subnets, where no NAT gateway is."),
    guardianSubnetIds: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        "Where the guardian runs when the balancer is not open to all of the internet: subnets with a way to AWS, through a NAT gateway or endpoints, for it has no public address. Left out: the private subnets.",
      ),
    natAddresses: z
      .array(z.ipv4("must be an IPv4 address such as 203.0.113.7"))
      .min(1)
      .optional()
      .describe(
        "Public addresses of an existing VPC's NAT gateways: an internet-facing balancer that `access.cidrs` closes to others sees the guardian come from there.",
      ),
    cidr: cidr.default("10.80.0.0/16").describe("Addresses of a new VPC."),
  })
  .superRefine(({ vpcId, publicSubnetIds, privateSubnetIds, guardianSubnetIds, natAddresses }, context) => {
    const ofExisting = publicSubnetIds ?? privateSubnetIds ?? guardianSubnetIds ?? natAddresses;
    if (vpcId === undefined && ofExisting)
      context.addIssue({
        code: "custom",
        path: ["vpcId"],
        input: vpcId,
        message: "is needed with subnets and NAT gateways of it",
      });
    if (vpcId !== undefined && !privateSubnetIds)
      context.addIssue({
        code: "custom",
        path: ["privateSubnetIds"],
        input: privateSubnetIds,
        message: "is needed with an existing VPC",
      });
  }, evenIfIncomplete);

/** The config key `domain`: the name clients use, with a certificate of its own or one that is issued for it. */
export const domain = z.strictObject({
  name: z.hostname().describe("Name that clients use."),
  zone: z
    .string()
    .min(1)
    .optional()
    .describe("Route 53 zone of the name; left out: you make the records yourself."),
  certificateArn: z
    .string()
    .regex(new RegExp(`^${anyPartition}:acm:`), "must be the ARN of a certificate of ACM")
    .optional()
    .describe("Left out: issued for the name and validated in the zone."),
});

/** The words with which somebody accepts a public hub without authentication. */
export const openDoor = "anybody on the internet may use this hub";

/** The config key `access`: who may reach the hub, at which port, from where. */
export const access = z.strictObject({
  internetFacing: z.boolean().default(false).describe("Whether the balancer has public addresses."),
  cidrs: z.array(cidr).min(1).default(["10.0.0.0/8"]).describe("Who may connect."),
  port: z.int().min(1).max(65_535).optional().describe("Port of the balancer; 443 with a domain, else 80."),
  withoutAuthentication: z
    .literal(openDoor)
    .optional()
    .describe(`Accepts an internet-facing hub without a bearer token; must read "${openDoor}".`),
});

/** Whether the guardian must be in the VPC: from anywhere else it reaches no balancer that is not open to all of the internet. */
export const closesItself = ({ internetFacing, cidrs }: z.output<typeof access>): boolean =>
  !internetFacing || !cidrs.includes("0.0.0.0/0");

/** What the guardian is missing to reach AWS and the balancer from inside an existing VPC. */
export function unreachableFrom(
  { vpcId, assignPublicIp, guardianSubnetIds, natAddresses }: z.output<typeof network>,
  door: z.output<typeof access>,
): { readonly path: string[]; readonly message: string }[] {
  if (vpcId === undefined || !closesItself(door)) return [];
  const problems = [];
  if (assignPublicIp && !guardianSubnetIds)
    problems.push({
      path: ["network", "guardianSubnetIds"],
      message:
        "is missing: the guardian has no public address, and the balancer is reached from inside the VPC only; name subnets whose way out is a NAT gateway",
    });
  if (door.internetFacing && !natAddresses)
    problems.push({
      path: ["network", "natAddresses"],
      message:
        "is missing: access.cidrs keeps the guardian from the balancer; name the public addresses of the VPC's NAT gateways, which it comes from",
    });
  return problems;
}
