import { defineCheck } from "../core/define.ts";
import { howToRecord, momentOf } from "./stated.ts";

/** Older than this a stated number of bugs says nothing about today. */
const statedForMs = 24 * 3_600_000;

/** No critical bug is open: by the command `bugs` (its exit code), else by the record of the last day. */
export const noCriticalBugs = defineCheck({
  name: "no-critical-bugs",
  group: "preflight",
  question: "Is no critical bug open against the release?",
  source: "the command named bugs, else the pre-deployment record",
  query: ({ commands }) => commands["bugs"]?.join(" ") ?? "release.bugs.openCritical",
  limit: () => ({ value: 0, unit: "critical bugs", good: "=" }),
  sentence: "No critical bugs reported (Pre-Deployment Checklist)",
  needs: ["record"],
  timeoutMs: 60_000,
  async measure({ commands, sources, signal, release, now }) {
    const command = commands["bugs"];
    if (command === undefined) return { stated: release?.bugs ?? null, ran: null, now: now() };
    return { stated: null, ran: await sources.commands.run(command, {}, signal), now: now() };
  },
  judge({ stated, ran, now }) {
    if (ran !== null) {
      const last = ran.tail.at(-1) ?? "nothing printed";
      const base = { value: ran.code, unit: "exit code", samples: 1, why: `exit code ${ran.code}: ${last}` };
      if (ran.code === 0) return { ...base, verdict: "pass" };
      return { ...base, verdict: ran.code === null || ran.code === 3 ? "inconclusive" : "fail" };
    }
    if (stated === null) {
      const why = `no command named bugs is configured, and the record has no release.bugs: ${howToRecord}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    }
    const hours = (now - momentOf(stated.at)) / 3_600_000;
    const why = `${stated.openCritical} open critical bugs, stated ${hours.toFixed(1)} h ago`;
    const base = { value: stated.openCritical, samples: 1 };
    if (stated.openCritical > 0) return { ...base, verdict: "fail", why };
    const fresh = hours * 3_600_000 <= statedForMs && hours >= 0;
    return fresh
      ? { ...base, verdict: "pass", why }
      : { ...base, verdict: "inconclusive", why: `${why}: count again, a day is the longest it stands` };
  },
});
