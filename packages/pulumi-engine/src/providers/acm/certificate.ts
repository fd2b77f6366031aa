import type { CertificateArgs } from "@pulumi/aws/acm/certificate.js";
import { unlessGone } from "../aws-error.ts";
import { list, map, object, set, text } from "../fields.ts";
import { awaited, kind, patiently, type Tools } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";

/** The certificate as ACM describes it; undefined when it is gone. */
export async function found(tools: Tools, CertificateArn: string) {
  const acm = await tools.aws.acm();
  const answer = await unlessGone(acm.describeCertificate({ CertificateArn }), "ResourceNotFound");
  return answer?.Certificate;
}

/**
 * A certificate of ACM, by its ARN; validated by DNS unless the program says otherwise, and then made once AWS has named the
 * records to set, at most 2 minutes later. `certificateValidation` waits until it is issued.
 */
export const certificate = kind<CertificateArgs>({
  type: "aws:acm/certificate:Certificate",
  fields: {
    domainName: text,
    subjectAlternativeNames: set(text),
    validationMethod: text,
    keyAlgorithm: text,
    options: object({ certificateTransparencyLoggingPreference: text }),
    validationOptions: list(
      object({ domainName: text, validationDomain: text }, ["domainName", "validationDomain"]),
    ),
    tags: map,
  },
  required: ["domainName"],
  forceNew: [
    "domainName",
    "subjectAlternativeNames",
    "validationMethod",
    "keyAlgorithm",
    "validationOptions",
  ],
  gone: ["ResourceNotFound"],
  async create(tools, inputs) {
    const acm = await tools.aws.acm();
    const made = await acm.requestCertificate({
      DomainName: inputs.domainName,
      SubjectAlternativeNames: inputs.subjectAlternativeNames,
      ValidationMethod: (inputs.validationMethod ?? "DNS") as "DNS",
      KeyAlgorithm: inputs.keyAlgorithm as "RSA_2048" | undefined,
      IdempotencyToken: tools.logicalName.replace(/\W/g, "").slice(0, 32) || undefined,
      Options: inputs.options && {
        CertificateTransparencyLoggingPreference: inputs.options
          .certificateTransparencyLoggingPreference as "ENABLED",
      },
      DomainValidationOptions: inputs.validationOptions?.map(({ domainName, validationDomain }) => ({
        DomainName: domainName,
        ValidationDomain: validationDomain,
      })),
      Tags: tagListOrNone(inputs.tags),
    });
    return made.CertificateArn ?? "";
  },
  async configure(tools, arn, inputs) {
    if ((inputs.validationMethod ?? "DNS") !== "DNS") return;
    // the records to set appear a moment after the request
    await awaited(
      tools,
      async () => {
        const options = (await found(tools, arn))?.DomainValidationOptions ?? [];
        const ready =
          options.length > 0 && options.every(({ ResourceRecord }) => ResourceRecord !== undefined);
        return ready ? true : undefined;
      },
      () => `AWS named no validation records for ${inputs.domainName} within 2 minutes`,
      120_000,
    );
  },
  async read(tools, arn) {
    const live = await found(tools, arn);
    if (live === undefined) return undefined;
    const acm = await tools.aws.acm();
    const { Tags } = await acm.listTagsForCertificate({ CertificateArn: arn });
    const options = live.DomainValidationOptions ?? [];
    return {
      arn: live.CertificateArn,
      domainName: live.DomainName,
      // AWS lists the domain itself among its alternatives
      subjectAlternativeNames: live.SubjectAlternativeNames?.filter((name) => name !== live.DomainName),
      validationMethod: options[0]?.ValidationMethod,
      keyAlgorithm: live.KeyAlgorithm?.replace(/-/g, "_"),
      status: live.Status,
      type: live.Type,
      notBefore: live.NotBefore?.toISOString() ?? "",
      notAfter: live.NotAfter?.toISOString() ?? "",
      renewalEligibility: live.RenewalEligibility ?? "",
      pendingRenewal: false,
      domainValidationOptions: options.map(({ DomainName, ResourceRecord }) => ({
        domainName: DomainName,
        resourceRecordName: ResourceRecord?.Name,
        resourceRecordType: ResourceRecord?.Type,
        resourceRecordValue: ResourceRecord?.Value,
      })),
      tags: tagMap(Tags),
    };
  },
  async update(tools, arn, { inputs, changed }) {
    if (!changed("options")) return;
    const acm = await tools.aws.acm();
    await acm.updateCertificateOptions({
      CertificateArn: arn,
      Options: {
        CertificateTransparencyLoggingPreference: (inputs.options?.certificateTransparencyLoggingPreference ??
          "ENABLED") as "ENABLED",
      },
    });
  },
  async retag(tools, state, put, removed) {
    const acm = await tools.aws.acm();
    const CertificateArn = String(state.arn);
    if (removed.length > 0)
      await acm.removeTagsFromCertificate({ CertificateArn, Tags: removed.map((Key) => ({ Key })) });
    if (Object.keys(put).length > 0) await acm.addTagsToCertificate({ CertificateArn, Tags: tagList(put) });
  },
  async remove(tools, arn) {
    const acm = await tools.aws.acm();
    // the listener that used it may have gone a moment ago
    await patiently(
      tools,
      ["ResourceInUse"],
      () => acm.deleteCertificate({ CertificateArn: arn }),
      1_200_000,
    );
  },
});
