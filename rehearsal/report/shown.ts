import type { Figures, PartOf } from "../course/figures.ts";
import type { ScenarioResult } from "../scenarios/result.ts";

/** What stands where a figure has no meaning. */
const none = "—";

/** How many promises were kept, the way every report begins. */
export function headline(results: readonly ScenarioResult[]): string {
  const kept = results.filter(({ asPromised }) => asPromised).length;
  return `${kept} of ${results.length} promises kept`;
}

/** What a scenario came to, in one word. */
export type Word = "kept" | "BROKEN" | "cannot tell";

/** The word of a scenario, or of one of its promises. */
export function wordOf({ inconclusive }: Pick<ScenarioResult, "inconclusive">, ok: boolean): Word {
  if (ok) return "kept";
  return inconclusive === undefined ? "BROKEN" : "cannot tell";
}

/** A whole number for people, its thousands apart. */
export const count = (of: number): string => of.toLocaleString("en");

/** A length of time for people; `—` for none. */
export function took(ms: number | null): string {
  if (ms === null) return none;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A moment on the axis, `1:07.4`, of milliseconds since the beginning. */
export function moment(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const seconds = String(Math.floor(tenths / 10) % 60).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${seconds}.${tenths % 10}`;
}

/** A share in percent, with as many digits as tell it from nothing and from all. */
function percent({ hurt, all }: PartOf): string {
  if (all === 0) return none;
  const of = (100 * hurt) / all;
  return `${Number(of.toFixed(of < 1 ? 2 : 1))} %`;
}

const part = (of: PartOf): string => (of.all === 0 ? "0" : `${count(of.hurt)} (${percent(of)})`);

/** One figure for people: its name, what it is, and what exactly it counts. */
export interface ShownFigure {
  readonly name: string;
  readonly value: string;
  readonly means: string;
}

/** Every figure of a scenario for people, in the order in which reports have them. */
export function shownFigures({ requests, sessions, figures }: ScenarioResult): ShownFigure[] {
  const of: Figures = figures ?? {
    requests: { all: requests.sent, hurt: requests.hurt },
    sessions: { all: sessions.opened, hurt: 0 },
    lost: requests.lost,
    broken: sessions.broken,
    detectMs: null,
    homeMs: null,
    falseAlarms: null,
  };
  const rows = {
    requests: count(of.requests.all),
    "requests hurt": part(of.requests),
    sessions: count(of.sessions.all),
    "sessions hurt": figures === undefined ? none : part(of.sessions),
    "time to detect": took(of.detectMs),
    "traffic home": took(of.homeMs),
    lost: count(of.lost),
    broken: count(of.broken),
    "false alarms": of.falseAlarms === null ? none : count(of.falseAlarms),
  } satisfies Record<keyof typeof meaning, string>;
  return Object.entries(rows).map(([name, value]) => ({
    name,
    value,
    means: meaning[name as keyof typeof meaning],
  }));
}

/** What each figure counts, for whoever reads it. The definitions stand where they are counted. */
const meaning = {
  requests: "that users made and that ended; the rehearsal's own probes are none of them",
  "requests hurt": "answered badly, or waited for in vain",
  sessions: "MCP sessions that were opened",
  "sessions hurt": "in which at least one request was hurt",
  "time to detect": "from the first hurt request of a release until its rollback was decided; the longest",
  "traffic home":
    "from the decision until the colour that traffic left had been sent its last request; the longest",
  lost: "requests without an answer, or sent away: what the switching itself cost",
  broken: "sessions that had to begin anew although nothing drained their slot",
  "false alarms": "rollbacks of a release that was as good as live",
} as const;

/** The figures' names with their meanings, for a legend. */
export const legend: readonly (readonly [string, string])[] = Object.entries(meaning);
