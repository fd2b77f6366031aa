import type { Colour } from "../domain/colour.ts";
import type { ReleaseRecord } from "../domain/release-record.ts";
import { openItems } from "../plan/open-items.ts";

/** A part of the pre-deployment record, and the preflight check that reads it. */
export interface Part {
  readonly part: keyof ReleaseRecord;
  /** Null: the plan's open items alone read it. */
  readonly check: string | null;
}

/** Every part of the record, in the order in which it is worked off. */
export const parts: readonly Part[] = [
  { part: "candidate", check: null },
  { part: "staging", check: "staging-clean" },
  { part: "bugs", check: "no-critical-bugs" },
  { part: "rehearsal", check: "rollback-rehearsed" },
  { part: "documentation", check: "documentation-published" },
  { part: "teamNotified", check: "team-notified" },
  { part: "onCall", check: "on-call-assigned" },
  { part: "approval", check: "stakeholder-approval" },
];

/** One thing that is left, and where in the file it belongs. */
export interface Left {
  readonly path: string;
  readonly what: string;
}

/** What of a record is left for people. */
export function leftOf(
  record: ReleaseRecord,
  { release, colour, now, countsBugs }: { release: string; colour: Colour; now: number; countsBugs: boolean },
): Left[] {
  const { candidate, bugs } = record;
  const tags = candidate?.images.filter((image) => !image.includes("@sha256:")) ?? [];
  return [
    ...openItems(record, release, now).map(itemOf),
    ...tags.map((image) => ({ path: colour, what: `${image} is a tag: write its digest` })),
    ...(candidate !== undefined && candidate.tag === undefined
      ? [{ path: "candidate.tag", what: "no git tag names what would be deployed" }]
      : []),
    ...(bugs === undefined && !countsBugs
      ? [{ path: "bugs", what: "nobody has counted the critical ones" }]
      : []),
  ];
}

function itemOf(item: string): Left {
  const [path = "", ...words] = item.split(": ");
  return { path, what: words.join(": ") };
}
