import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";
import { arns } from "./names.ts";

/** Calls of the stack's domain: certificate and names. */
export function domain(of: Deployed): Statement[] {
  if (of.zone === null) return [];
  return [
    allow(["acm:RequestCertificate", "route53:ListHostedZones", "route53:GetChange"], "*"),
    allow(
      [
        "acm:DescribeCertificate",
        "acm:DeleteCertificate",
        "acm:UpdateCertificateOptions",
        "acm:ListTagsForCertificate",
        "acm:AddTagsToCertificate",
        "acm:RemoveTagsFromCertificate",
      ],
      arns(of, "acm", "certificate/*"),
    ),
    allow(
      [
        "route53:GetHostedZone",
        "route53:ListResourceRecordSets",
        "route53:ChangeResourceRecordSets",
        "route53:ListTagsForResource",
      ],
      [of.zone],
    ),
  ];
}
