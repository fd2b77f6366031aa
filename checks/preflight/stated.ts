import type { ReleaseRecord } from "../../domain/release-record.ts";
import type { Check, CheckContext } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";
import type { Judgement } from "../core/reading.ts";

/** How to write the record, said wherever a part of it is missing. */
export const howToRecord =
  "put it under `release` in the stack config, or hand the record in with --record FILE";

interface StatedDefinition {
  name: string;
  question: string;
  /** What the limit asks for, in a few words. */
  wanted: string;
  sentence: string;
  part: keyof ReleaseRecord;
  judge: (release: ReleaseRecord, context: CheckContext) => Judgement | null;
}

/** A check of what people state in the pre-deployment record; a part that is missing says nothing either way. */
export function statedCheck(of: StatedDefinition): Check {
  return defineCheck({
    name: of.name,
    group: "preflight",
    question: of.question,
    source: "pre-deployment record",
    query: () => `release.${of.part}`,
    limit: () => ({ value: of.wanted, unit: "", good: "=" }),
    sentence: `${of.sentence} (Pre-Deployment Checklist)`,
    needs: ["record"],
    measure: async (context) => context.release,
    judge(release, context) {
      const other = writtenForAnother(release, context);
      if (other !== null) return other;
      const judged = release === null ? null : of.judge(release, context);
      if (judged !== null) return judged;
      const why = `the record has no release.${of.part}: ${howToRecord}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    },
  });
}

/** What was signed for one release says nothing of another; null: the record is of this one, or of none by name. */
function writtenForAnother(
  release: ReleaseRecord | null,
  { deployment, slot }: CheckContext,
): Judgement | null {
  const written = release?.candidate?.release;
  const asked = deployment === null || slot === null ? undefined : deployment.releases[slot];
  if (written === undefined || asked === undefined || written === asked) return null;
  const why = `the record was written for release ${written}, and this one is ${asked}`;
  return { verdict: "fail", value: written, samples: 1, why };
}

/** Milliseconds since the epoch; throws where a record that nobody checked holds something else. */
export function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`the record says "${text}" where a moment belongs`);
  return at;
}

/** A name under a moment, which must not lie in the future. */
export function judgeSignature(
  what: string,
  signature: { by: string; at: string } | undefined,
  now: number,
): Judgement | null {
  if (signature === undefined) return null;
  const base = { value: signature.by, samples: 1 };
  if (momentOf(signature.at) > now)
    return {
      ...base,
      verdict: "fail",
      why: `${what} by ${signature.by} is dated ${signature.at}, in the future`,
    };
  return { ...base, verdict: "pass", why: `${what} by ${signature.by} at ${signature.at}` };
}
