import type { CertificateValidationArgs } from "@pulumi/aws/acm/certificateValidation.js";
import { set, text } from "../fields.ts";
import { awaited, kind } from "../kind.ts";
import { found } from "./certificate.ts";

/** The wait until a certificate is issued, at most 75 minutes; its id is when that was. Removing it undoes nothing. */
export const certificateValidation = kind<CertificateValidationArgs>({
  type: "aws:acm/certificateValidation:CertificateValidation",
  fields: { certificateArn: text, validationRecordFqdns: set(text) },
  required: ["certificateArn"],
  forceNew: ["certificateArn", "validationRecordFqdns"],
  gone: ["ResourceNotFound"],
  async create(tools, { certificateArn }) {
    const issued = await awaited(
      tools,
      async () => {
        const live = await found(tools, certificateArn);
        if (live?.Status === "FAILED" || live?.Status === "VALIDATION_TIMED_OUT")
          throw new Error(`the certificate is ${live.Status}: ${live.FailureReason ?? "AWS gave no reason"}`);
        return live?.Status === "ISSUED" ? live : undefined;
      },
      () =>
        `${certificateArn} was not issued within 75 minutes; check that its validation records are in public DNS`,
      75 * 60_000,
    );
    return (issued.IssuedAt ?? issued.CreatedAt ?? new Date(tools.now())).toISOString();
  },
  async read(tools, _id, { certificateArn }) {
    const live = await found(tools, String(certificateArn));
    return live?.Status === "ISSUED" ? { certificateArn } : undefined;
  },
  // validation is a wait, nothing that could be undone
  remove: async () => {},
});
