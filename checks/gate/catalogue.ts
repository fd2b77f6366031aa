import { type Colour, other } from "../../domain/colour.ts";
import { defineCheck } from "../core/define.ts";
import { slotOf } from "../core/require.ts";
import { answered } from "../probing/mcp-error.ts";
import type { Catalogue, ProbeSession } from "../sources/probe-session.ts";
import type { ProbeSource } from "../sources/probe-source.ts";

const kinds = [
  "capabilities",
  "tools",
  "resources",
  "prompts",
] as const satisfies readonly (keyof Catalogue)[];
/** Most names that the sentence quotes. */
const mostNamed = 8;

/** Everything that live offers is offered by the candidate as well: what is missing is missed by users at once. */
export const catalogue = defineCheck({
  name: "catalogue",
  group: "gate",
  question: "Does the candidate offer everything that live offers?",
  source: "own MCP sessions at both slots",
  query: () => "initialize, tools/list, resources/list and prompts/list at both slots",
  limit: () => ({ value: 0, unit: "names missing", good: "=" }),
  needs: ["slot"],
  timeoutMs: 20_000,
  async measure(context) {
    const { sources, signal } = context;
    const slot = slotOf(context);
    // Live's first: a candidate that refuses is judged, a live slot that does leaves nothing to compare with.
    const live = await offered(sources.probes, other(slot), signal);
    return { live, candidate: await answered(() => offered(sources.probes, slot, signal)) };
  },
  judge({ live, candidate }, { hub }) {
    const samples = kinds.reduce((sum, kind) => sum + live[kind].length, 0);
    if (candidate.refused !== null)
      return {
        verdict: "fail",
        value: "refused",
        samples,
        why: `the candidate refused: ${candidate.refused}`,
      };
    const missing = kinds.flatMap((kind) =>
      missingIn(live[kind], candidate.value[kind], hub.mayDisappear, kind),
    );
    const base = { value: missing.length, samples: Math.max(1, samples) };
    if (missing.length === 0)
      return { ...base, verdict: "pass", why: `all ${samples} names that live offers` };
    const more = missing.length > mostNamed ? `, and ${missing.length - mostNamed} more` : "";
    const why = `missing: ${missing.slice(0, mostNamed).join(", ")}${more}; what may disappear is named in hub.mayDisappear`;
    return { ...base, verdict: "fail", why };
  },
});

async function offered(probes: ProbeSource, slot: Colour, signal: AbortSignal): Promise<Catalogue> {
  const session: ProbeSession = await probes.open(slot, signal);
  try {
    return await session.catalogue(signal);
  } finally {
    await session.close();
  }
}

function missingIn(
  live: readonly string[],
  candidate: readonly string[],
  mayDisappear: readonly string[],
  kind: string,
): string[] {
  return live
    .filter((name) => !candidate.includes(name) && !mayDisappear.includes(name))
    .map((name) => (kind === "capabilities" ? `the capability ${name}` : name));
}
