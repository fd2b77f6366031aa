import { z } from "zod";
import { moment } from "./moment.ts";
import { releaseName } from "./release.ts";

const when = moment().describe("A moment with its time zone, such as 2026-03-01T09:00:00Z.");
const signature = z.strictObject({
  by: z.string().min(1).describe("Name of the person."),
  at: when,
});

/** The pre-deployment record: what people did before a release may go out. Kept beside the release, read by the preflight checks. */
export const releaseRecord = z.strictObject({
  candidate: z
    .strictObject({
      release: releaseName.describe("Name of the release that all of this was written for."),
      images: z
        .array(z.string().min(1))
        .min(1)
        .describe("Its images, by digest: the hub's and the sidecar's."),
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/, "a commit is 40 hex digits")
        .optional()
        .describe("Commit whose stack config asks for it."),
      tag: z.string().min(1).optional().describe("Git tag of that commit."),
      previous: releaseName.optional().describe("Release that was live when this was written."),
    })
    .optional()
    .describe("The release that this record is about; `npm run release -- prepare` writes it."),
  staging: z
    .strictObject({
      since: when.describe("Since when this very release runs in staging without issues."),
      signedOff: signature.optional().describe("Who looked; needed where no staging stack can be measured."),
      stack: z
        .strictObject({
          logGroup: z.string().min(1).describe("The log group of its hub, such as /hub/staging/blue."),
          slot: z.enum(["blue", "green"]).describe("The slot that runs the release."),
        })
        .optional()
        .describe("The staging slot to measure instead of believing a signature."),
    })
    .optional()
    .describe("How long the release has run in staging, and how that is known."),
  bugs: z
    .strictObject({
      openCritical: z.int().min(0).describe("Number of open critical bugs against this release."),
      at: when,
    })
    .optional()
    .describe("Critical bugs, counted by hand where no command named `bugs` counts them."),
  rehearsal: z
    .strictObject({
      release: z.string().describe("Name of the release that was rolled back in rehearsal."),
      evidenceDigest: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "a digest is 64 hex digits")
        .describe("Digest of that rehearsal's evidence."),
      evidence: z.string().optional().describe("Path of the evidence file; given, it is read and verified."),
    })
    .optional()
    .describe("Proof that a rollback of this release was rehearsed."),
  documentation: z.url().optional().describe("Link to the published documentation."),
  teamNotified: signature.optional().describe("Who told the team of the deployment, and when."),
  onCall: z
    .strictObject({ name: z.string().min(1).describe("Name of the engineer."), from: when, until: when })
    .optional()
    .describe("Who is on call, and from when until when."),
  approval: signature.optional().describe("The stakeholder who approved."),
});
/** A release record: what people wrote down about a release before it is deployed. */
export type ReleaseRecord = z.infer<typeof releaseRecord>;
