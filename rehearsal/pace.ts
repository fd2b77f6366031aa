/** How many times slower than usual a rehearsal is played: its load and its bakes, its users and its account. */
export type Pace = 1 | 3;

/** Where this machine has time for a rehearsal. */
export const usualPace: Pace = 1;
/**
 * Where it has not. As much is asked in all, so each step is judged by as many requests; but a single process, such as this one with
 * the load balancer and the clients, needs a third of the processor. Beside ten programs on two cores it gets a fifth of a core; it
 * was seen to use a tenth at this pace, and needs a third at the usual one.
 */
const slowPace: Pace = 3;

/** Processor time that is spent to measure how long it takes to get it, and the longest that may take, in milliseconds. */
const spentMs = 200;
const longestMs = 2_000;
/** Time for each unit of processor time, from which on a rehearsal is played slowly: others wait for each core. */
const starvedFrom = 3;

/** Clocks in milliseconds: the wall's, and this process's share of the processor. */
export interface Clocks {
  now(): number;
  spent(): number;
}

/** This machine's clocks. */
export const ownClocks: Clocks = {
  now: () => performance.now(),
  spent: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * How long this process takes to get a unit of processor time: 1 where nobody else wants it, 5 where it gets a fifth of a core. It
 * keeps the processor busy meanwhile, for a fifth of a second, or for two where it has to wait. Unlike the load average, which lags
 * by a minute, it is of now.
 */
export function waitsFor({ now, spent }: Clocks): number {
  const from = { now: now(), spent: spent() };
  let used = 0;
  let took = 0;
  do {
    used = spent() - from.spent;
    took = now() - from.now;
  } while (used < spentMs && took < longestMs);
  return Math.max(1, took / used);
}

/** The pace for a process that takes so long to get a unit of processor time. */
export const paceFor = (waits: number): Pace => (waits < starvedFrom ? usualPace : slowPace);

/**
 * Plays at the pace that fits this machine; and where that was the usual one, and the machine was starved of it meanwhile, once more.
 * @param play its result says why it was inconclusive, where it was
 * @param onAgain called before it is played once more
 */
export async function atFittingPace<R extends { readonly inconclusive?: string }>(
  clocks: Clocks,
  play: (pace: Pace) => Promise<R>,
  onAgain: () => void,
): Promise<R> {
  const pace = paceFor(waitsFor(clocks));
  const result = await play(pace);
  if (result.inconclusive === undefined || pace === slowPace) return result;
  onAgain();
  return play(slowPace);
}

/**
 * Whether a scenario may be played slowly. What somebody wants of the load or of the rollout is theirs, and drills of crashes and
 * leases have times of their own.
 */
export function mayBeSlow({ usual }: { readonly usual: boolean }, { load, config }: Wanted): boolean {
  return usual && Object.keys({ ...load, ...config }).length === 0;
}

/** What somebody wants in place of what is usual. */
interface Wanted {
  readonly load: object;
  readonly config: object;
}
