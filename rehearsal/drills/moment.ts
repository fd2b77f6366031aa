import type { Play } from "../scenarios/scenario.ts";
import type { Operator } from "./operator.ts";

/**
 * A moment of an `up`: so many milliseconds from now, or at the so-manieth call, from 1, to the balancer or to the record, or at
 * the so-manieth that writes there.
 */
export type Moment = { readonly ms: number } | { readonly call: number } | { readonly write: number };

/** An `up` under way, of whichever engine. */
interface Struck extends Pick<Operator, "over"> {
  readonly done: Promise<unknown>;
}

/** What a moment is waited for with. */
type Waits = Pick<Play, "pause" | "stage">;

/**
 * Strikes at a moment of an `up`, at a call before anything else can happen; resolves with when that was. Null: the `up` had
 * ended before.
 * @param strike false: there was nothing to strike
 */
export function strikeAt(
  play: Waits,
  operator: Struck,
  moment: Moment,
  strike: () => boolean,
): Promise<string | null> {
  if ("ms" in moment) return afterTime(play, operator, moment.ms, strike);
  const [hears, nth] = "call" in moment ? [onCalls, moment.call] : [onWrites, moment.write];
  return atCall(operator, nth, strike, (hear) => hears(play, hear));
}

async function afterTime(
  play: Waits,
  operator: Struck,
  ms: number,
  strike: () => boolean,
): Promise<string | null> {
  const until = Date.now() + ms;
  while (!operator.over && Date.now() < until) await play.pause(10);
  return strike() ? `${ms} ms in` : null;
}

async function atCall(
  { done }: Struck,
  nth: number,
  strike: () => boolean,
  listen: (hear: (said: string) => void) => () => void,
): Promise<string | null> {
  let left = nth;
  const call = Promise.withResolvers<string>();
  const stop = listen((said) => {
    if (--left === 0 && strike()) call.resolve(said);
  });
  const ended = done.then(
    () => null,
    () => null,
  );
  const how = await Promise.race([call.promise, ended]);
  stop();
  return how;
}

/** Hears each call to the balancer and to the record, before it takes effect and after, until what it returns is called. */
function onCalls({ stage }: Pick<Play, "stage">, hear: (said: string) => void): () => void {
  return stage.aws.onCall(({ service, operation, when }) => {
    if (service === "elasticloadbalancing" || service === "dynamodb") hear(`${when} ${operation}`);
  });
}

/** Hears those of them that write: sidecars and the guardian read all the time. */
export function onWrites(play: Pick<Play, "stage">, hear: (said: string) => void): () => void {
  return onCalls(play, (said) => {
    if (!/ (?:Describe|Get|Query)/.test(said)) hear(said);
  });
}
