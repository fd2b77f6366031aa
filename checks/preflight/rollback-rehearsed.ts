import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";
import { rehearsedIn, showsRollback } from "../evidence/rehearsed.ts";
import { verifyEvidence } from "../evidence/verify-evidence.ts";
import { howToRecord } from "./stated.ts";

/** A rollback of this very release was rehearsed: its evidence is whole, names the release, and ends rolled back. */
export const rollbackRehearsed = defineCheck({
  name: "rollback-rehearsed",
  group: "preflight",
  question: "Was a rollback of this very release rehearsed?",
  source: "evidence of the rehearsal",
  query: ({ release }) => release?.rehearsal?.evidence ?? "release.rehearsal",
  limit: () => ({ value: "rolled back", unit: "", good: "=" }),
  sentence: "Rollback plan tested (Pre-Deployment Checklist)",
  needs: ["record", "deployment"],
  async measure(context) {
    const rehearsal = context.release?.rehearsal ?? null;
    const asked = deploymentOf(context).releases[slotOf(context)];
    const file = rehearsal?.evidence;
    return { rehearsal, asked, text: file === undefined ? null : await context.sources.files.read(file) };
  },
  judge({ rehearsal, asked, text }) {
    const cannot = (why: string) => ({ verdict: "inconclusive", value: null, samples: 0, why }) as const;
    if (rehearsal === null) return cannot(`the record has no release.rehearsal: ${howToRecord}`);
    if (rehearsal.release !== asked) {
      const why = `release ${rehearsal.release} was rehearsed, not ${asked}`;
      return { verdict: "fail", value: rehearsal.release, samples: 1, why };
    }
    if (text === null)
      return cannot("the record names a digest but no evidence file: set release.rehearsal.evidence");
    const verified = verifyEvidence(text, rehearsal.evidenceDigest);
    if (!verified.whole) return { verdict: "fail", value: "changed", samples: 1, why: verified.why };
    const named = rehearsedIn(text)?.release ?? asked;
    if (named !== asked) {
      const why = `the evidence is of a rehearsal of release ${named}, not of ${asked}`;
      return { verdict: "fail", value: named, samples: 1, why };
    }
    if (!showsRollback(text) || !text.includes(asked)) {
      const why = `the evidence is whole, but shows no rollback of release ${asked}`;
      return { verdict: "fail", value: "no rollback", samples: 1, why };
    }
    return { verdict: "pass", value: "rolled back", samples: 1, why: `${verified.why}; it was rolled back` };
  },
});
