import { z } from "zod";

const moment = z.iso
  .datetime({ offset: true })
  .describe("A moment with its time zone, such as 2026-03-01T09:00:00Z.");
const signature = z.strictObject({
  by: z.string().min(1).describe("Name of the person."),
  at: moment,
});

/** The pre-deployment record: what people did before a release may go out. Kept beside the release, read by the preflight checks. */
export const releaseRecord = z.strictObject({
  staging: z
    .strictObject({
      since: moment.describe("Since when this very release runs in staging without issues."),
      signedOff: signature.optional().describe("Who looked; needed where no staging stack can be measured."),
      stack: z
        .strictObject({
          logGroup: z.string().min(1),
          slot: z.enum(["blue", "green"]),
        })
        .optional()
        .describe("The staging slot to measure instead of believing a signature."),
    })
    .optional(),
  bugs: z
    .strictObject({
      openCritical: z.int().min(0).describe("Number of open critical bugs against this release."),
      at: moment,
    })
    .optional(),
  rehearsal: z
    .strictObject({
      release: z.string().describe("Name of the release that was rolled back in rehearsal."),
      evidenceDigest: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "a digest is 64 hex digits")
        .describe("Digest of that rehearsal's evidence."),
      evidence: z.string().optional().describe("Path of the evidence file; given, it is read and verified."),
    })
    .optional(),
  documentation: z.url().optional().describe("Link to the published documentation."),
  teamNotified: signature.optional(),
  onCall: z
    .strictObject({ name: z.string().min(1), from: moment, until: moment })
    .optional()
    .describe("Who is on call, and from when until when."),
  approval: signature.optional().describe("The stakeholder who approved."),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;
