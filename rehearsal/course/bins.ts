import { type Colour, type PerColour, colours, perColour } from "../../domain/colour.ts";
import { endingOf } from "../clients/tally.ts";
import type { Routed } from "../scenarios/routed.ts";
import type { Sight } from "../witness/sight.ts";

/** What users had of one colour in a stretch of time, by when they had it. */
interface OfColour {
  /** Requests that ended, however: of notifications and event streams only those that failed. */
  readonly ended: number;
  /** Those of them that were hurt or lost. */
  readonly bad: number;
  /** How long answers took, half of them and 95 of 100 at most, in milliseconds; null: none came. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** A stretch of time: what the weighted rule did in it, and what users had. */
export interface Bin extends PerColour<OfColour> {
  /** Its beginning, in milliseconds since the scenario began. */
  readonly at: number;
  /** Requests of users that the weighted rule sent to each colour, by when it did. */
  readonly split: PerColour<number>;
  /** Bad ends of which nobody can say whose they are: no task answered. */
  readonly nobodys: number;
}

/** More stretches than these no picture shows apart. */
const mostBins = 150;
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600].map((seconds) => seconds * 1_000);

/** How long the stretches of a scenario are, in milliseconds: a second where it is short, and never more than 150 of them. */
export const binWidth = (ms: number): number => widths.find((width) => ms / width <= mostBins) ?? ms;

/** One colour's part of a stretch, while it is counted. */
interface Counting {
  ended: number;
  bad: number;
  readonly tookMs: number[];
}

const nothing = (): Counting => ({ ended: 0, bad: 0, tookMs: [] });

/** What users saw, stretch by stretch. Nothing of it grows with the number of requests. */
export function binsOf(
  sights: readonly Sight[],
  routed: ReadonlyMap<string, Routed>,
  { startedAt, ms }: { readonly startedAt: number; readonly ms: number },
): { readonly binMs: number; readonly bins: readonly Bin[] } {
  const binMs = binWidth(ms);
  const count = Math.max(1, Math.ceil(ms / binMs));
  const bins = Array.from({ length: count }, () => ({
    users: perColour(nothing),
    split: { blue: 0, green: 0 },
    nobodys: 0,
  }));
  const at = (moment: number) => bins[Math.floor((moment - startedAt) / binMs)];
  for (const sight of sights) {
    const by = routed.get(sight.traceId);
    const slot = colourOf(sight.slot);
    const routedIn = by === undefined || by.draw === null || slot === null ? undefined : at(by.at);
    if (routedIn !== undefined && slot !== null) routedIn.split[slot]++;
    const bad = badly(sight);
    const bin = counts(sight, bad) ? at(sight.answeredAt ?? sight.sentAt) : undefined;
    if (bin === undefined) continue;
    if (slot === null) bin.nobodys += Number(bad);
    else add(bin.users[slot], sight, bad);
  }
  return {
    binMs,
    bins: bins.map(({ users, split, nobodys }, index) => ({
      at: index * binMs,
      split,
      nobodys,
      ...perColour((of) => summed(users[of])),
    })),
  };
}

function badly({ verdict }: Sight): boolean {
  const ending = verdict === null ? null : endingOf[verdict];
  return ending === "hurt" || ending === "lost";
}

/** Whether a request is one that a user waited for the end of. */
const counts = ({ id, verdict }: Sight, bad: boolean): boolean =>
  bad || (id !== null && verdict !== null && endingOf[verdict] !== null);

function add(into: Counting, { id, sentAt, answeredAt }: Sight, bad: boolean): void {
  into.ended++;
  into.bad += Number(bad);
  if (id !== null && answeredAt !== null) into.tookMs.push(answeredAt - sentAt);
}

function summed({ ended, bad, tookMs }: Counting): OfColour {
  const sorted = tookMs.toSorted((a, b) => a - b);
  // The nearest rank: a time that an answer took, not one between two.
  const rank = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? null;
  return { ended, bad, p50Ms: rank(0.5), p95Ms: rank(0.95) };
}

const colourOf = (slot: string | null): Colour | null => colours.find((one) => one === slot) ?? null;
