import { type Colour, colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type Weights, distinctWeights, sameWeights } from "../../domain/weight.ts";

/** A colour that was given weight, since when in milliseconds since 1970, and no traffic has shown it yet. */
export interface Unseen {
  readonly colour: Colour;
  readonly since: number;
}

/** Weights that gave way and are kept: far more than one rollback leaves. */
const mostSuperseded = 12;

/**
 * Weights that a change from before a rollback, or an unanswered one of it, may still set: for a while after it, and as long
 * as whoever made it has not given the lease back, for then it was not seen to its end.
 */
export function stillArriving({ reassert, weights, lease }: SwitchRecord, now: number): Weights[] {
  if (reassert === null || !sameWeights(reassert.weights, weights)) return [];
  return reassert.until > now || lease !== null ? [...reassert.instead, weights] : [];
}

/** What an unproved change, an adopted one or a takeover left unseen. */
export function leftUnseen({ intent, unseen }: SwitchRecord): Unseen | null {
  if (intent?.pending) return intent.pending;
  return unseen && { colour: unseen.colour, since: unseen.since };
}

/**
 * The colour whose weight a change may be the first to show: it has none in the recorded weights, or an unproved change in
 * between took it away. Else what was left unseen before.
 */
export function firstWeight(record: SwitchRecord, to: Weights, now: number): Unseen | null {
  const first = (before: readonly Weights[]) =>
    colours.find((of) => to[of] > 0 && before.some((was) => was[of] === 0));
  const fresh = first([record.weights]);
  if (fresh) return { colour: fresh, since: now };
  const left = leftUnseen(record);
  const again = first(unproved(record));
  return again && (left === null || left.colour === again) ? { colour: again, since: now } : left;
}

/** Weights of changes that were asked for and that no proof has shown. */
export function unproved({ intent, rollout }: SwitchRecord): Weights[] {
  return [...(intent ? [intent.to] : []), ...(rollout?.tried ?? [])];
}

/** Weights that give way to others without a proof: the recorded and unproved ones, and what gave way `earlier`. */
export function superseded(record: SwitchRecord, earlier: readonly Weights[] = []): Weights[] {
  return distinctWeights([record.weights, ...unproved(record), ...earlier]).slice(0, mostSuperseded);
}

/**
 * Until when answers that fit `to` may be from before the recorded weights, which no proof has shown: the balancer may have
 * done `to` once already. Milliseconds since 1970; null: they are from after the change.
 */
export function unclearUntil(
  { weights, unseen }: SwitchRecord,
  to: Weights,
  proofTimeoutMs: number,
): number | null {
  const back = unseen !== null && unseen.before.some((was) => sameWeights(was, to));
  return back && !sameWeights(weights, to) ? unseen.since + proofTimeoutMs : null;
}

/** The unseen part once the recorded weights were put back over `undone`: the balancer may be on its way to either. */
export function unseenAgain(record: SwitchRecord, undone: Weights, now: number): SwitchRecord["unseen"] {
  const unseen = unseenAfter({ ...record, weights: undone }, record.weights, now);
  return unseen && { ...unseen, since: now };
}

/** The unseen part of a record that takes `to` for its weights without a proof: by a refresh, or by a takeover. */
export function unseenAfter(record: SwitchRecord, to: Weights, now: number): SwitchRecord["unseen"] {
  const before = superseded(record, record.unseen?.before);
  const gained = colours.find((of) => before.some((was) => to[of] > was[of]));
  const unseen = firstWeight(record, to, now) ?? (gained && { colour: gained, since: now });
  return unseen ? { ...unseen, before } : record.unseen;
}
