import { judgeSignature, statedCheck } from "./stated.ts";

/** Somebody who may say so has approved the release. */
export const stakeholderApproval = statedCheck({
  name: "stakeholder-approval",
  question: "Has a stakeholder approved the release?",
  wanted: "approved",
  sentence: "Stakeholder approval obtained",
  part: "approval",
  judge: (release, { now }) => judgeSignature("approved", release.approval, now()),
});
