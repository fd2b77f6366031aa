import { type Sample, type Second, requestsIn } from "../logs/sample.ts";

/** Answers that came together, as far as anybody knows: one, or all of a task's second that is told by counts. */
export interface Answers {
  readonly answers: number;
  readonly bad: number;
}

/** Answers that came one by one. */
export const oneByOne = (bad: readonly boolean[]): Answers[] =>
  bad.map((isBad) => ({ answers: 1, bad: isBad ? 1 : 0 }));

/** When they were there, milliseconds since the epoch. */
interface Timed extends Answers {
  readonly at: number;
}

/**
 * Samples in the order in which they ended, for whoever judges how they did. Of a second that is told of by counts each line says
 * how many came before it that were only counted. Those are good until a task has no lines left for what did not end well; what it
 * counts from then on is taken together.
 */
export const inOrder = (samples: readonly Sample[], isBad: (sample: Sample) => boolean): Answers[] =>
  ordered(samples, isBad, inTurn);

/** Samples in the same order for whoever judges how long they took, which says nothing of who is counted: a second is taken together. */
export const bySecond = (samples: readonly Sample[], isBad: (sample: Sample) => boolean): Answers[] =>
  ordered(samples, isBad, (of, bad) => [together(of, bad)]);

type OfSecond = (samples: readonly Sample[], isBad: (sample: Sample) => boolean) => Timed[];

function ordered(
  samples: readonly Sample[],
  isBad: (sample: Sample) => boolean,
  ofSecond: OfSecond,
): Timed[] {
  const seconds = new Map<Second, Sample[]>();
  const found: Timed[] = [];
  for (const sample of samples) {
    const { at, second } = sample;
    if (second === undefined) found.push({ at, answers: 1, bad: isBad(sample) ? 1 : 0 });
    else if (seconds.get(second)?.push(sample) === undefined) seconds.set(second, [sample]);
  }
  if (seconds.size === 0) return found;
  for (const of of seconds.values()) found.push(...ofSecond(of, isBad));
  return found.sort((a, b) => a.at - b.at);
}

function together(samples: readonly Sample[], isBad: (sample: Sample) => boolean): Timed {
  const at = samples[0]?.second?.to ?? 0;
  return { at, answers: requestsIn(samples), bad: requestsIn(samples.filter(isBad)) };
}

function inTurn(samples: readonly Sample[], isBad: (sample: Sample) => boolean): Timed[] {
  const analyses = samples.every(({ analysis }) => analysis);
  const before = ({ after }: Sample): number => after?.[analyses ? 1 : 0] ?? 0;
  const lines = samples.filter(({ count }) => count === undefined).sort((a, b) => before(a) - before(b));
  const counted = samples.filter(({ count }) => count !== undefined);
  // What fails is counted only once the last line of one that was not chosen is written.
  const inTurnUntil = counted.some(isBad)
    ? lines.findLastIndex(({ chosen }) => chosen === false) + 1
    : lines.length;
  let good = 0;
  const found = lines.slice(0, inTurnUntil).flatMap((line): Timed[] => {
    const run = before(line) - good;
    good += run;
    const { at } = line;
    return [
      { at, answers: run, bad: 0 },
      { at, answers: 1, bad: isBad(line) ? 1 : 0 },
    ];
  });
  const rest = together([...counted, ...lines.slice(inTurnUntil)], isBad);
  return [...found, { ...rest, answers: rest.answers - good }];
}

/** All of them together. */
export const total = (answers: readonly Answers[]): Answers => ({
  answers: answers.reduce((sum, of) => sum + of.answers, 0),
  bad: answers.reduce((sum, of) => sum + of.bad, 0),
});

/**
 * The first so many requests, each by itself. Those that were only counted are spread evenly over their second: of them nobody
 * knows when they came.
 * @param samples the oldest first
 */
export function firstOf(samples: readonly Sample[], wanted: number): Sample[] {
  let requests = 0;
  const last = samples.find(({ count = 1 }) => (requests += count) >= wanted) ?? samples.at(-1);
  if (last === undefined) return [];
  const near = samples.filter((sample) => (sample.second?.from ?? sample.at) <= last.at);
  return near
    .flatMap(spread)
    .sort((a, b) => a.at - b.at)
    .slice(0, wanted);
}

function spread(sample: Sample): Sample[] {
  const { count, second, ...one } = sample;
  if (count === undefined || second === undefined) return [sample];
  const step = (second.to - second.from) / count;
  return Array.from({ length: count }, (_, index) => ({ ...one, at: second.from + (index + 0.5) * step }));
}
