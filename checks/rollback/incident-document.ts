import { defineCheck } from "../core/define.ts";
import { incidentDocument } from "./document.ts";
import { readEvidence } from "./read-evidence.ts";
import { timelineOf } from "./timeline.ts";

/** Writes the incident document of the last rollback: what fired, the numbers, the timeline, what to do next. */
export const incidentWritten = defineCheck({
  name: "incident-document",
  group: "rollback",
  question: "Is the incident written down?",
  source: "the rollout's evidence",
  query: ({ incident }) => incident?.file ?? "(no file named)",
  limit: () => ({ value: "written", unit: "", good: "=" }),
  sentence: "Document issue that caused rollback (Rollback Procedure, post-rollback)",
  async measure(context) {
    const evidence = await readEvidence(context);
    if (context.incident === null)
      throw new Error("name a file for the incident document with --incident FILE");
    if (evidence === null || timelineOf(evidence.lines).decidedAt === null) return null;
    await context.sources.files.write(context.incident.file, incidentDocument(evidence, context.deployment));
    return context.incident.file;
  },
  judge(file) {
    return file === null
      ? { verdict: "inconclusive", value: null, samples: 0, why: "no evidence of a rollback was found" }
      : { verdict: "pass", value: "written", samples: 1, why: `written to ${file}` };
  },
});
