/** Virtual time: timers fire in order of their moment, and time jumps from one to the next. */
export class VirtualTime {
  now = 1_767_225_600_000;
  readonly #timers: Timer[] = [];
  #order = 0;

  /** Resolves after `ms` of virtual time; rejects with the signal's reason when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const timer: Timer = { at: this.now + Math.max(0, ms), order: this.#order++, fire: resolve };
      this.#insert(timer);
      signal?.addEventListener("abort", () => {
        timer.fire = null;
        reject(signal.reason);
      });
    });
  }

  /** Fires timers until none is due before `until`. After each, everything it set going runs to its next wait. */
  async run(until: number, afterEach: () => void): Promise<void> {
    for (;;) {
      await settled();
      const timer = this.#timers[0];
      if (!timer || timer.at > until) break;
      this.#timers.shift();
      if (timer.fire === null) continue;
      this.now = timer.at;
      timer.fire();
      await settled();
      afterEach();
    }
    this.now = until;
  }

  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#timers[middle] as Timer;
      if (other.at < timer.at || (other.at === timer.at && other.order < timer.order)) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}

interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | null;
}

/** A tick asked for inside a microtask comes when no microtask is left; a whole turn of the event loop would cost far more. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
