/** A session that a client was given an id of, and that is not known to be over. */
interface Held {
  /** When it was heard of first, in milliseconds since 1970. */
  readonly openedAt: number;
  /** Its requests under way, its open streams among them. */
  under: number;
  /** When it was heard of last, in milliseconds since 1970. */
  at: number;
  /** The same, when it got its place in the order. */
  placedAt: number;
  /** It is counted. */
  isHeld: boolean;
}

/** The options of a task's sessions. */
export interface SessionsOptions {
  readonly now: () => number;
  /** A session that is silent for so long, in milliseconds, counts as left: most clients leave without a word. */
  readonly idleMs: number;
  /** It is no longer counted and nothing is under way for it: nothing needs to be kept. `drained`: the drain ended it. */
  readonly onGone?: (id: string, drained: boolean) => void;
  /** Most sessions that are counted; beyond it the longest silent is let go. */
  readonly most?: number;
}

/** About 200 bytes each: 4 MB at most. More than one task's hub holds. */
const mostHeld = 20_000;
/** A session that is heard of again within so many milliseconds keeps its place in the order: a new one is two changes of a map. */
const placeMs = 1_000;
/** Ended sessions that are remembered: more than end while a hub takes to notice that a stream is gone. */
const mostEnded = 4_096;

/**
 * The sessions of Streamable HTTP that live in this task, with or without a stream: they begin with their id's first answer
 * and are over by DELETE, by the hub's own 404, by the drain, or by silence. Forgetting one only stops counting it: its next
 * request is served, and counts it again. One that the drain ended hears 404 instead, and its client begins anew.
 */
export class Sessions {
  readonly #options: Required<SessionsOptions>;
  /** By id, in the order of `placedAt`: the longest silent first, within `placeMs`. */
  readonly #held = new Map<string, Held>();
  /** Sessions of any transport that ended lately, the oldest first. */
  readonly #ended = new Set<string>();

  constructor(options: SessionsOptions) {
    this.#options = { most: mostHeld, onGone: () => undefined, ...options };
  }

  /** How many are open, those that fell silent left out. */
  get size(): number {
    this.#forgetSilent();
    return this.#held.size;
  }

  opened(id: string): void {
    this.#hold(id);
  }

  /** A request of the session begins. Returns what to call at its end. */
  enter(id: string): () => void {
    const held = this.#hold(id);
    held.under++;
    return () => {
      held.under--;
      if (held.isHeld) this.#heardOf(id, held);
      else if (held.under === 0 && !this.#held.has(id)) this.#options.onGone(id, this.#ended.has(id));
    };
  }

  /** It is over, and whoever asks for it again is answered by the hub. */
  closed(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    held.isHeld = false;
    if (held.under === 0) this.#options.onGone(id, this.#ended.has(id));
  }

  /** It is over, and whoever asks for it again hears so here. */
  end(id: string): void {
    this.#ended.add(id);
    this.closed(id);
    if (this.#ended.size > mostEnded) this.#ended.delete(this.#ended.values().next().value as string);
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  /** Each with the times it was heard of first and last and its requests under way; the longest silent first, within a second. */
  *all(): Generator<Pick<Held, "openedAt" | "at" | "under"> & { readonly id: string }> {
    this.#forgetSilent();
    for (const [id, { openedAt, at, under }] of this.#held) yield { id, openedAt, at, under };
  }

  #hold(id: string): Held {
    const held = this.#held.get(id) ?? {
      openedAt: this.#options.now(),
      under: 0,
      at: 0,
      placedAt: -Infinity,
      isHeld: true,
    };
    this.#heardOf(id, held);
    if (this.#held.size > this.#options.most) this.closed(this.#held.keys().next().value as string);
    return held;
  }

  #heardOf(id: string, held: Held): void {
    held.at = this.#options.now();
    if (Math.abs(held.at - held.placedAt) < placeMs) return;
    held.placedAt = held.at;
    this.#held.delete(id);
    this.#held.set(id, held);
  }

  #forgetSilent(): void {
    const { now, idleMs } = this.#options;
    const since = now() - idleMs;
    for (const [id, { at, placedAt, under }] of this.#held) {
      if (placedAt > since) return;
      if (at <= since && under === 0) this.closed(id);
    }
  }
}
