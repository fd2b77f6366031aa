import type { Finding } from "./models.ts";

/** What the models say of calls or answers, and why it stands. */
export interface AcceptedFinding extends Pick<Finding, "side" | "at" | "rule"> {
  /** `service.Operation` of each call that it is said of. Each is seen, or it has to go. */
  readonly calls: readonly string[];
  readonly reason: string;
}

/** May only shrink: what no call of a deployment shows any more fails the test. */
export const accepted: readonly AcceptedFinding[] = [
  {
    calls: ["route53.ListResourceRecordSets"],
    side: "input",
    at: "MaxItems",
    rule: "type",
    reason: "A number to the JavaScript SDK, a text to botocore; on the wire it is the same.",
  },
  {
    calls: ["route53.ListHostedZones", "route53.ListResourceRecordSets"],
    side: "output",
    at: "MaxItems",
    rule: "type",
    reason: "A number to the JavaScript SDK, a text to botocore; on the wire it is the same.",
  },
  {
    calls: ["route53.ListHostedZones"],
    side: "output",
    at: "Marker",
    rule: "missing",
    reason: "It repeats the marker that was asked from, and nobody asked from one.",
  },
  {
    calls: ["acm.DescribeCertificate"],
    side: "output",
    at: "Certificate.KeyAlgorithm",
    rule: "enum",
    reason: "ACM answers RSA-2048 where its model has RSA_2048.",
  },
  {
    calls: ["ec2.DescribeInternetGateways"],
    side: "output",
    at: "InternetGateways[].Attachments[].State",
    rule: "enum",
    reason: "EC2's reference: an attached internet gateway is `available`, which its model leaves out.",
  },
  {
    calls: ["iam.CreateRole", "iam.GetRole"],
    side: "output",
    at: "Role.PermissionsBoundary.PermissionsBoundaryType",
    rule: "enum",
    reason: "IAM's reference: it can only be `Policy`, which its model calls PermissionsBoundaryPolicy.",
  },
];

/** The same for what tests and rehearsals ask beyond a deployment. */
export const acceptedBeyond: readonly AcceptedFinding[] = [
  {
    calls: ["route53.ListHostedZonesByName"],
    side: "output",
    at: "MaxItems",
    rule: "type",
    reason: "A number to the JavaScript SDK, a text to botocore; on the wire it is the same.",
  },
  {
    calls: ["elasticloadbalancing.CreateListener"],
    side: "input",
    at: "Port",
    rule: "range",
    reason: "Port 0 asks the local AWS for any that is free on this machine.",
  },
];

const keyOf = ({ call, side, at, rule }: Omit<Finding, "says" | "times">) =>
  `${call}: ${rule} ${side} ${at || "as a whole"}`;

/** What nobody has accepted, and what is accepted although nothing shows it. */
export function judgeFindings(
  findings: readonly Finding[],
  list: readonly AcceptedFinding[],
): { readonly unexpected: readonly string[]; readonly unused: readonly string[] } {
  const known = list.flatMap(({ calls, ...one }) => calls.map((call) => keyOf({ ...one, call })));
  const seen = new Set(findings.map(keyOf));
  return {
    unexpected: findings
      .filter((one) => !known.includes(keyOf(one)))
      .map((one) => `${keyOf(one)}: ${one.says} (${one.times} times)`),
    unused: known.filter((key) => !seen.has(key)),
  };
}
