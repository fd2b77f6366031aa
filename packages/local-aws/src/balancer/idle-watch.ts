import type { Clock, Timer } from "../clock.ts";

/** Calls back once when nothing was touched for a while. One timer for any number of touches. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #limitMs: () => number;
  readonly #onIdle: () => void;
  #touchedAt: number;
  #timer: Timer;

  /** The limit is asked again whenever the timer runs, so that a changed setting takes hold of open streams. */
  constructor(clock: Clock, limitMs: () => number, onIdle: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#touchedAt = clock.now();
    this.#timer = clock.setTimeout(() => this.#look(), limitMs());
  }

  touch(): void {
    this.#touchedAt = this.#clock.now();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#touchedAt + this.#limitMs() - this.#clock.now();
    if (left <= 0) this.#onIdle();
    else this.#timer = this.#clock.setTimeout(() => this.#look(), left);
  }
}
