import type { ReleaseRecord } from "../domain/release-record.ts";

/** What of the pre-deployment record is still open for a release, one sentence each. */
export function openItems(record: ReleaseRecord | undefined, release: string, now: number): string[] {
  if (record === undefined) return ["no pre-deployment record is kept: see the key release"];
  const { candidate, staging, bugs, rehearsal, documentation, teamNotified, onCall, approval } = record;
  const items: (string | false)[] = [
    candidate !== undefined &&
      candidate.release !== release &&
      `candidate: all of it was written for release ${candidate.release}, and this one is ${release}`,
    staging === undefined && "staging: nothing says since when the release runs there",
    bugs !== undefined &&
      bugs.openCritical > 0 &&
      `bugs: ${bugs.openCritical} critical ${bugs.openCritical === 1 ? "one is" : "ones are"} open`,
    rehearsal === undefined && "rehearsal: no rollback of the release was rehearsed",
    rehearsal !== undefined &&
      rehearsal.release !== release &&
      `rehearsal: it was of release ${rehearsal.release}, and this one is ${release}`,
    documentation === undefined && "documentation: no link",
    teamNotified === undefined && "teamNotified: nobody has told the team",
    onCall === undefined && "onCall: nobody is named",
    onCall !== undefined && whyNotOnCall(onCall, now),
    approval === undefined && "approval: nobody has approved",
  ];
  return items.filter((item) => item !== false);
}

function whyNotOnCall({ name, from, until }: NonNullable<ReleaseRecord["onCall"]>, now: number) {
  if (now < Date.parse(from)) return `onCall: ${name} is on call from ${from} on only`;
  return now > Date.parse(until) && `onCall: ${name} was on call until ${until}`;
}
