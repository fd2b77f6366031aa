import type { Judgement } from "../core/reading.ts";
import { brief } from "../probing/analysis.ts";
import type { StagingLog } from "./staging-log.ts";

/** What a judgement of staging holds whatever its verdict is. */
export type Base = Pick<Judgement, "value" | "samples">;

/** The judgement of a staging whose log could be read. */
export function judgeLog(base: Base, ran: string, log: StagingLog): Judgement {
  if (log.users.verdict === "fail") return { ...base, verdict: "fail", why: `${ran}: ${log.users.why}` };
  const heard = `${log.lines} log lines in ${log.hoursHeard} of ${log.hours} hours`;
  if (log.errors > 0) {
    const why = `${ran}: ${log.errors} error lines, the first: ${brief(log.firstError)}`;
    return { ...base, verdict: "fail", why };
  }
  if (log.cutOff)
    return { ...base, verdict: "inconclusive", why: `${ran}: more lines than can be read here` };
  if (log.hoursHeard < 0.9 * log.hours)
    return { ...base, verdict: "inconclusive", why: `${ran}: only ${heard}, silence shows nothing` };
  return { ...base, verdict: "pass", why: `${ran}: ${heard}, no errors` };
}
