import { shortened } from "../../../domain/wrapped.ts";
import { type Held, held } from "../result.ts";
import type { LeftBehind } from "./left-behind.ts";

/** How long traffic may take to be home once the CLI is gone, in milliseconds. */
const homeMs = 5_000;
/** What the switch may need more, to bring the traffic home and prove it, than it had when it was alone: a small heap's worth. */
const mostGrowth = 64 * 2 ** 20;

/** What a person met who went on after a kill; null: nothing. */
export interface After {
  /** What `pulumi cancel --yes` refused. */
  readonly cancelled: string | null;
  /** Why the next `up` failed. */
  readonly refused: string | null;
}

/** One kill -9 of the CLI, and what became of it. */
export interface Killed extends After {
  readonly how: string;
  /** What was under way. */
  readonly doing: string;
  /** Rule changes of this `up`, those of the way home among them. */
  readonly moves: number;
  readonly left: LeftBehind;
  /** Green has no weight. */
  readonly home: boolean;
  /** Green is live and has everybody, in the record too: the rollout had ended before the kill reached the switch. */
  readonly kept: boolean;
  /** The rule shows what the record says, and nothing is open in the record. */
  readonly agree: boolean;
  readonly saw: string;
}

/** What became of the traffic. `late`: home, and not in time. */
type Fate = "home" | "untouched" | "kept" | "late" | "astray";

function fateOf({ home, kept, moves, left }: Killed): Fate {
  if (kept) return "kept";
  if (!home) return "astray";
  if (moves === 0) return "untouched";
  return left.homeMs !== null && left.homeMs <= homeMs ? "home" : "late";
}

/** What 25 kills have to show. */
export function judge(all: readonly Killed[]): Held[] {
  const count = (fate: Fate) => all.filter((one) => fateOf(one) === fate).length;
  const slowest = Math.max(
    0,
    ...all.flatMap((one) => (fateOf(one) === "home" ? (one.left.homeMs ?? 0) : [])),
  );
  const ended = Math.max(0, ...all.flatMap(({ left }) => left.endedMs ?? []));
  const growth = Math.max(0, ...all.map(grownBy));
  return [
    each(
      "after each kill the traffic is home within 5 s, or nothing had moved, or the rollout had ended",
      all,
      (one) => (["home", "untouched", "kept"].includes(fateOf(one)) ? null : `${fateOf(one)}: ${one.saw}`),
      `${count("home")} home, slowest ${slowest} ms, ${count("untouched")} untouched, ${count("kept")} kept`,
    ),
    each(
      "the record says what the rule shows, and nothing is open in it",
      all,
      ({ agree, saw }) => (agree ? null : saw),
      `${all.length} of ${all.length}`,
    ),
    each(
      "whatever the CLI had started ends by itself",
      all,
      ({ left }) => (left.endedMs === null ? left.running.join(", ") : null),
      `slowest ${ended} ms`,
    ),
    each(
      "the switch needs no more memory on its way",
      all,
      (one) => (grownBy(one) < mostGrowth ? null : `${megabytes(grownBy(one))} MB more`),
      `at most ${megabytes(growth)} MB more than at the kill`,
    ),
    each(
      "pulumi cancel --yes frees the stack",
      all,
      ({ cancelled }) => cancelled,
      `${all.length} of ${all.length}`,
    ),
    each("the next up goes on", all, ({ refused }) => refused, `${all.length} of ${all.length} exit with 0`),
  ];
}

/** A promise about each kill. @param wrong what is wrong with one; null: nothing */
function each(
  what: string,
  all: readonly Killed[],
  wrong: (one: Killed) => string | null,
  saw: string,
): Held {
  const broken = all.flatMap((one, at) => {
    const why = wrong(one);
    return why === null ? [] : [`kill ${at + 1} ${one.how}: ${why}`];
  });
  return held(what, broken.length === 0, broken.length === 0 ? saw : broken.join("; "));
}

const grownBy = ({ left: { memory } }: Killed): number => (memory === null ? 0 : memory.most - memory.atKill);
const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** One kill in a line: what became of it, when it was, and what was under way. */
export function lineOf(one: Killed, n: number): string {
  const { homeMs: home, endedMs: ended, memory } = one.left;
  const ms = (value: number | null) => (value === null ? "never" : `${value} ms`);
  const used = memory === null ? "no switch" : `${megabytes(memory.atKill)} → ${megabytes(memory.most)} MB`;
  return `kill ${n}: ${fateOf(one)} ${ms(home)}, all ended ${ms(ended)}, ${used}; ${one.how}: ${shortened(one.doing, 60)}`;
}
