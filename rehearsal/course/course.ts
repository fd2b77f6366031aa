import type { Weights } from "../../domain/weight.ts";
import type { EvidenceRecord } from "../scenarios/evidence.ts";
import type { Routed } from "../scenarios/routed.ts";
import type { Sight } from "../witness/sight.ts";
import { type Bin, binsOf } from "./bins.ts";
import { firstHurt } from "./figures.ts";
import { type Happening, type Told, happeningsOf } from "./happenings.ts";
import { type Homecoming, homecomingsOf } from "./homecomings.ts";
import { type Look, looksOf } from "./looks.ts";
import type { Moves } from "./watch-moves.ts";

/** Traffic that was sent home, in milliseconds since the scenario began. */
export interface Rescue extends Pick<Homecoming, "from" | "by"> {
  /** When the first user was hurt who led to it; null: none was before it was decided. */
  readonly firstHurtAt: number | null;
  readonly decidedAt: number;
  readonly homeAt: number | null;
}

/** How a scenario went, on one axis of time: all moments are milliseconds since it began. */
export interface Course {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly ms: number;
  /** How long each stretch in `bins` is, in milliseconds. */
  readonly binMs: number;
  readonly bins: readonly Bin[];
  /** Weights of the rule, from each moment on. */
  readonly set: readonly { readonly at: number; readonly weights: Weights }[];
  readonly happenings: readonly Happening[];
  readonly looks: readonly Look[];
  readonly rescues: readonly Rescue[];
}

/** What was seen and written down while a scenario was played. */
export interface Observed {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly sights: readonly Sight[];
  readonly routed: ReadonlyMap<string, Routed>;
  readonly records: readonly EvidenceRecord[];
  readonly moves: Moves;
  readonly told: readonly Told[];
}

/**
 * The course of a scenario, what sent its traffic home, and what users saw: of a request that nobody answered, and that had no
 * session, with the slot that the balancer chose for it.
 */
export function courseOf(observed: Observed): {
  course: Course;
  homecomings: readonly Homecoming[];
  sights: readonly Sight[];
} {
  const { startedAt, endedAt, routed, records, moves, told } = observed;
  const sights = observed.sights.map((sight) =>
    sight.slot === null ? { ...sight, slot: routed.get(sight.traceId)?.slot ?? null } : sight,
  );
  const ms = endedAt - startedAt;
  const homecomings = homecomingsOf({ ...moves, records, routed });
  const since = (at: number) => Math.max(0, at - startedAt);
  const course: Course = {
    startedAt,
    ms,
    ...binsOf(sights, routed, { startedAt, ms }),
    set: moves.set.map(({ at, weights }) => ({ at: since(at), weights })),
    happenings: happeningsOf({ told, records, takeovers: moves.takeovers }, startedAt),
    looks: looksOf(records, startedAt),
    rescues: homecomings.map((home) => {
      const first = firstHurt(sights, homecomings, home);
      return {
        from: home.from,
        by: home.by,
        firstHurtAt: first === null ? null : since(first),
        decidedAt: since(home.decidedAt),
        homeAt: home.homeAt === null ? null : since(home.homeAt),
      };
    }),
  };
  return { course, homecomings, sights };
}
