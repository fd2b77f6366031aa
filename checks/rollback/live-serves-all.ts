import { cleanAnswersToShow } from "../../domain/share-evidence.ts";
import type { CheckContext } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";

/** A larger share of requests answered elsewhere than this would show in one round. */
const elsewhere = 0.05;
/** Requests of one round. */
const round = cleanAnswersToShow(elsewhere);
const pauseMs = 1_000;
const minuteMs = 60_000;

interface Found {
  live: string;
  byLive: number;
  unnamed: number;
  answers: number;
  secondsAfter: number;
}

/** Plain requests under the weighted rule are answered by live alone, at the latest five minutes after the rollback. */
export const liveServesAll = defineCheck({
  name: "live-serves-all",
  group: "rollback",
  question: "Does live answer every request again?",
  source: "own requests under the weighted rule",
  query: ({ hub }) => `${round} × GET ${hub.url}${hub.proofPath ?? hub.healthPath}, without a probe header`,
  limit: () => ({ value: 100, unit: "percent by live", good: "=" }),
  sentence: "Verify rollback: Quick Rollback (< 5 minutes) (Rollback Procedure)",
  shows: () => elsewhere,
  needs: ["record"],
  timeoutMs: 6 * minuteMs,
  async measure(context): Promise<Found> {
    const record = context.record;
    if (record === null)
      throw new Error("what live is stands in the switch's record: name the stack with --stack");
    const since = record.last === null ? context.now() : Date.parse(record.last.at);
    const deadline = since + context.thresholds.rollbackMinutes * minuteMs;
    for (;;) {
      const found = await ask(context, record.live);
      const secondsAfter = (context.now() - since) / 1_000;
      const settled = found.byLive === found.answers || found.unnamed > 0;
      if (settled || context.now() >= deadline) return { ...found, live: record.live, secondsAfter };
      await context.sleep(pauseMs, context.signal);
    }
  },
  judge({ live, byLive, unnamed, answers, secondsAfter }) {
    const base = { value: Number(((100 * byLive) / answers).toFixed(1)), samples: answers };
    const seen = `${byLive} of ${answers} answers by ${live}, ${secondsAfter.toFixed(0)} s after the rollback`;
    if (unnamed > 0) {
      const why = `${unnamed} of ${answers} answers name no slot: without the sidecar nothing tells who answered`;
      return { ...base, value: null, verdict: "inconclusive", why };
    }
    return { ...base, verdict: byLive === answers ? "pass" : "fail", why: seen };
  },
});

async function ask({ sources, hub, signal }: CheckContext, live: string) {
  const path = hub.proofPath ?? hub.healthPath;
  const answers = await Promise.all(
    Array.from({ length: round }, () => sources.probes.get(path, null, signal)),
  );
  return {
    answers: answers.length,
    byLive: answers.filter((answer) => answer.slot === live).length,
    unnamed: answers.filter((answer) => answer.slot === null).length,
  };
}
