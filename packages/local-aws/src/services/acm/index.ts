import type {
  AddTagsToCertificateRequest,
  CertificateDetail,
  DescribeCertificateRequest,
  RemoveTagsFromCertificateRequest,
  RequestCertificateRequest,
  UpdateCertificateOptionsRequest,
} from "@aws-sdk/client-acm";
import { AwsError } from "../../error.ts";
import { type Ids, arn, lower } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";

type Named = Pick<DescribeCertificateRequest, "CertificateArn">;

const yearMs = 395 * 86_400_000;

/** Certificate Manager. A certificate is issued once its validation record is in a zone: `isInDns` says so. No key is made. */
export function acm(ids: Ids, isInDns: (name: string) => boolean): Service {
  const held = new Map<string, CertificateDetail>();
  const tags = new Tags();
  const find = ({ CertificateArn: asked = "" }: Named): CertificateDetail => {
    const found = held.get(asked);
    if (found) return found;
    throw new AwsError("ResourceNotFoundException", `Could not find certificate ${asked}.`);
  };
  return {
    signingName: "acm",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-acm"),
    handlers: {
      RequestCertificate(input: RequestCertificateRequest, { now }: Call) {
        const CertificateArn = arn("acm", `certificate/${ids.uuid()}`);
        const record = { Name: `_${ids.hex(32)}.${input.DomainName}.`, Type: "CNAME" as const };
        held.set(CertificateArn, {
          CertificateArn,
          DomainName: input.DomainName,
          SubjectAlternativeNames: [input.DomainName ?? "", ...(input.SubjectAlternativeNames ?? [])],
          DomainValidationOptions: [
            {
              DomainName: input.DomainName,
              ValidationDomain: input.DomainName,
              ValidationStatus: "PENDING_VALIDATION",
              ValidationMethod: "DNS",
              ResourceRecord: {
                ...record,
                Value: `_${ids.hex(32)}.${ids.of(lower, 10)}.acm-validations.aws.`,
              },
            },
          ],
          KeyAlgorithm: "RSA-2048" as CertificateDetail["KeyAlgorithm"] & string,
          Options: {
            CertificateTransparencyLoggingPreference: "ENABLED",
            Export: "DISABLED",
            ...input.Options,
          },
          Subject: `CN=${input.DomainName}`,
          Issuer: "Amazon",
          SignatureAlgorithm: "SHA256WITHRSA",
          Type: "AMAZON_ISSUED",
          RenewalEligibility: "INELIGIBLE",
          CreatedAt: new Date(now),
        });
        tags.set(CertificateArn, input.Tags);
        return { CertificateArn };
      },
      DescribeCertificate(input: DescribeCertificateRequest, { now }: Call) {
        const found = find(input);
        const record = found.DomainValidationOptions?.[0]?.ResourceRecord?.Name ?? "";
        if (found.IssuedAt === undefined && isInDns(record)) {
          for (const option of found.DomainValidationOptions ?? []) option.ValidationStatus = "SUCCESS";
          found.IssuedAt = new Date(now);
          found.NotBefore = new Date(now);
          found.NotAfter = new Date(now + yearMs);
        }
        return { Certificate: { ...found, Status: found.IssuedAt ? "ISSUED" : "PENDING_VALIDATION" } };
      },
      DeleteCertificate(input: Named) {
        find(input);
        held.delete(input.CertificateArn ?? "");
        return {};
      },
      UpdateCertificateOptions(input: UpdateCertificateOptionsRequest) {
        find(input).Options = input.Options;
        return {};
      },
      ListTagsForCertificate(input: Named) {
        find(input);
        return { Tags: tags.list(input.CertificateArn ?? "") };
      },
      AddTagsToCertificate(input: AddTagsToCertificateRequest) {
        find(input);
        tags.set(input.CertificateArn ?? "", input.Tags);
        return {};
      },
      RemoveTagsFromCertificate(input: RemoveTagsFromCertificateRequest) {
        find(input);
        tags.remove(
          input.CertificateArn ?? "",
          input.Tags?.map(({ Key }) => Key ?? ""),
        );
        return {};
      },
    },
  };
}
