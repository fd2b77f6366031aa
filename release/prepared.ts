import type { Colour } from "../domain/colour.ts";
import type { ReleaseRecord } from "../domain/release-record.ts";

/** What could be found out of a release; null: it could not. */
export interface Found {
  readonly release: string;
  readonly images: readonly string[];
  readonly commit: string | null;
  readonly tag: string | null;
  readonly previous: string | null;
  /** Since when these very digests serve everybody in staging, and where that is measured. */
  readonly staging: { readonly since: string; readonly logGroup: string; readonly slot: Colour } | null;
  /** Evidence that was named; it goes before what the record has. */
  readonly rehearsal: Required<NonNullable<ReleaseRecord["rehearsal"]>> | null;
}

/** A record with what was found filled in. */
export interface Prepared {
  readonly record: ReleaseRecord;
  /** Parts that have another value now. */
  readonly filled: readonly (keyof ReleaseRecord)[];
  readonly notes: readonly string[];
}

/** Fills in what was found and nobody has written yet. What people wrote stays as it is, a signature above all. */
export function prepared(record: ReleaseRecord, found: Found): Prepared {
  const parts: ReleaseRecord = {
    candidate: candidateOf(record.candidate, found),
    ...stagingOf(record.staging, found.staging),
    ...(found.rehearsal === null ? {} : { rehearsal: found.rehearsal }),
  };
  const all = Object.keys(parts) as (keyof ReleaseRecord)[];
  const filled = all.filter((part) => JSON.stringify(parts[part]) !== JSON.stringify(record[part]));
  return { record: { ...record, ...parts }, filled, notes: stagingNotes(record.staging, found.staging) };
}

function candidateOf(
  stated: ReleaseRecord["candidate"],
  { release, images, commit, tag, previous }: Found,
): NonNullable<ReleaseRecord["candidate"]> {
  const known = <T>(was: T | undefined, is: T | null, key: string) =>
    (was ?? is) === null ? {} : { [key]: was ?? is };
  return {
    release,
    images: [...images],
    ...known(stated?.commit, commit, "commit"),
    ...known(stated?.tag, tag, "tag"),
    ...known(stated?.previous, previous, "previous"),
  };
}

function stagingOf(
  stated: ReleaseRecord["staging"],
  found: Found["staging"],
): Pick<ReleaseRecord, "staging"> | Record<string, never> {
  if (found === null) return {};
  const { since, logGroup, slot } = found;
  return { staging: { since, stack: { logGroup, slot }, ...stated } };
}

/** What the record says of staging and the account does not: nobody's words are overwritten, and they are not believed either. */
function stagingNotes(stated: ReleaseRecord["staging"], found: Found["staging"]): string[] {
  if (stated === undefined || found === null) return [];
  const { since, stack } = stated;
  const sooner = Date.parse(since) < Date.parse(found.since);
  const elsewhere = stack !== undefined && (stack.slot !== found.slot || stack.logGroup !== found.logGroup);
  return [
    ...(sooner
      ? [
          `staging.since says ${since}, and these digests serve everybody in staging since ${found.since} only`,
        ]
      : []),
    ...(elsewhere
      ? [
          `staging.stack says ${stack.slot} in ${stack.logGroup}, and they run in ${found.slot}, ${found.logGroup}`,
        ]
      : []),
  ];
}
