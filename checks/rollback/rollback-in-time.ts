import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { readEvidence } from "./read-evidence.ts";
import { timelineOf } from "./timeline.ts";

/** From the decision to roll back until real responses showed it: by the rollout's own evidence. */
export const rollbackInTime = defineCheck({
  name: "rollback-in-time",
  group: "rollback",
  question: "Did the rollback arrive in time?",
  source: "the rollout's evidence",
  query: ({ record, incident }) => incident?.evidence ?? record?.last?.evidence ?? "(no evidence)",
  limit: (thresholds) => ({ value: thresholds.rollbackMinutes, unit: "minutes", good: "<" }),
  sentence: `${specLimits.rollbackMinutes.sentence} (${specLimits.rollbackMinutes.section})`,
  measure: readEvidence,
  judge(evidence, { thresholds }) {
    const cannot = (why: string) => ({ verdict: "inconclusive", value: null, samples: 0, why }) as const;
    if (evidence === null) return cannot("no evidence is known: name it with --evidence FILE");
    if (!evidence.verified) return cannot(`the evidence cannot be trusted: ${evidence.why}`);
    const { decidedAt, provedAt } = timelineOf(evidence.lines);
    if (decidedAt === null) return cannot("the evidence shows no rollback");
    if (provedAt === null) {
      const why = "the evidence shows that a rollback began, but never that it arrived";
      return { verdict: "fail", value: null, samples: 1, why };
    }
    const minutes = (provedAt - decidedAt) / 60_000;
    const why = `${((provedAt - decidedAt) / 1_000).toFixed(1)} s from the decision to the proof in traffic`;
    const verdict = minutes < thresholds.rollbackMinutes ? "pass" : "fail";
    return { verdict, value: Number(minutes.toFixed(3)), samples: 1, why };
  },
});
