import { judgeSignature, statedCheck } from "./stated.ts";

/** The team knows that a deployment is coming. */
export const teamNotified = statedCheck({
  name: "team-notified",
  question: "Has the team been told of the deployment?",
  wanted: "told",
  sentence: "Team notified of deployment",
  part: "teamNotified",
  judge: (release, { now }) => judgeSignature("told", release.teamNotified, now()),
});
