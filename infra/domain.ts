import { Certificate as AcmCertificate } from "@pulumi/aws/acm/certificate.js";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation.js";
import type * as lb from "@pulumi/aws/lb/index.js";
import { Record as DnsRecord } from "@pulumi/aws/route53/record.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";

/** A certificate of ACM by its ARN. One that this stack issues is known once ACM has validated it. */
export interface Certificate {
  readonly arn: pulumi.Output<string> | string;
}

/**
 * The certificate: by its ARN, or issued for the name and validated in its zone. Null without a domain.
 * @param zoneId of the domain's zone; null where the config names none
 */
export function makeCertificate(
  { domain }: HubConfig,
  zoneId: string | null,
  opts: pulumi.ComponentResourceOptions,
): Certificate | null {
  if (!domain) return null;
  if (domain.certificateArn !== undefined) return { arn: domain.certificateArn };
  const certificate = new AcmCertificate("hub", { domainName: domain.name, validationMethod: "DNS" }, opts);
  const option = certificate.domainValidationOptions.apply((options) => options[0]);
  const record = new DnsRecord(
    "certificate",
    {
      zoneId: zoneId ?? "",
      name: option.apply((one) => one?.resourceRecordName ?? ""),
      type: option.apply((one) => one?.resourceRecordType ?? "CNAME"),
      records: [option.apply((one) => one?.resourceRecordValue ?? "")],
      ttl: 300,
    },
    opts,
  );
  const valid = new CertificateValidation(
    "hub",
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    opts,
  );
  return { arn: valid.certificateArn };
}

/** The name that clients use, as an alias of the balancer; none where somebody else makes it. */
export function makeAlias(
  { domain }: HubConfig,
  zoneId: string | null,
  balancer: lb.LoadBalancer,
  opts: pulumi.ComponentResourceOptions,
): DnsRecord[] {
  if (!domain || zoneId === null) return [];
  const record = new DnsRecord(
    "hub",
    {
      zoneId,
      name: domain.name,
      type: "A",
      // An idle colour makes the balancer's target health look worse than it is.
      aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
    },
    opts,
  );
  return [record];
}
