import { defineCheck } from "../core/define.ts";
import { untilTrue } from "../core/until-true.ts";
import { judgeAnalysis } from "../probing/analysis.ts";
import { answered } from "../probing/mcp-error.ts";
import type { ProbeSession } from "../sources/probe-session.ts";

const sessions = 3;
/** How long a change in the wrong session may take to show, milliseconds. */
const leakWithinMs = 500;
const changeWithinMs = 2_000;

/** Several sessions at once: an analysis in one changes its own list of tools and nobody else's. */
export const sessionIsolation = defineCheck({
  name: "session-isolation",
  group: "smoke",
  question: "Does an analysis in one session leave the other sessions' tools alone?",
  source: `${sessions} own MCP sessions at once`,
  query: ({ hub }) => `tools/call ${hub.tool} in one of ${sessions} sessions, tools/list in all`,
  limit: () => ({ value: 0, unit: "other sessions changed", good: "=" }),
  sentence: "Smoke test 3: Session isolation works (create multiple sessions, verify independent)",
  minimumSamples: () => sessions - 1,
  timeoutMs: 20_000,
  measure: (context) =>
    answered(async () => {
      const { hub, slot, signal, sources } = context;
      const open = await sources.probes.openTogether(sessions, slot, signal);
      try {
        const [first, ...others] = open as [ProbeSession, ...ProbeSession[]];
        const before = await Promise.all(open.map((session) => names(session, signal)));
        const analysis = judgeAnalysis(hub, await first.call(hub.tool, hub.toolArguments, signal));
        await untilTrue(context, changeWithinMs, () => first.listChanges() > 0);
        await untilTrue(context, leakWithinMs, () => others.some((session) => session.listChanges() > 0));
        const after = await Promise.all(open.map((session) => names(session, signal)));
        const changed = open.map((session, at) => before[at] !== after[at] || session.listChanges() > 0);
        return { own: changed[0] === true, others: changed.slice(1).filter(Boolean).length, analysis };
      } finally {
        await Promise.all(open.map((session) => session.close()));
      }
    }),
  judge(answer) {
    const found = answer.value;
    if (found === null)
      return {
        verdict: "fail",
        value: "refused",
        samples: sessions - 1,
        why: `the hub refused: ${answer.refused}`,
      };
    if (found.analysis.outcome !== "ok") {
      const why = `the analysis did not work, so nothing was to change: ${found.analysis.detail}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    }
    const base = { value: found.others, samples: sessions - 1 };
    if (found.others > 0) {
      const why = `an analysis in one session changed ${found.others} of ${sessions - 1} others`;
      return { ...base, verdict: "fail", why };
    }
    if (!found.own) {
      const why = "the analysis changed no session's tools, not even its own: nothing to keep apart";
      return { ...base, verdict: "inconclusive", why };
    }
    return {
      ...base,
      verdict: "pass",
      why: `its own list changed, ${sessions - 1} others stayed as they were`,
    };
  },
});

async function names(session: ProbeSession, signal: AbortSignal): Promise<string> {
  return (await session.listTools(signal))
    .map((tool) => tool.name)
    .sort()
    .join("\n");
}
