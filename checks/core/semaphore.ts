interface Waiting {
  places: number;
  go: () => void;
}

/** Lets a fixed number in at once; the others wait in order. */
export class Turnstile {
  readonly #places: number;
  #free: number;
  readonly #waiting: Waiting[] = [];

  constructor(places: number) {
    this.#places = places;
    this.#free = places;
  }

  /**
   * Resolves with as many places as asked for, all together, so that two who need several never wait for each other.
   * Each is given back by disposing it, any number of times. Rejects when the signal aborts first.
   */
  async enter(signal: AbortSignal, places = 1): Promise<Disposable[]> {
    signal.throwIfAborted();
    if (places > this.#places) throw new Error(`${places} places asked for, of ${this.#places} there are`);
    if (this.#waiting.length === 0 && this.#free >= places) this.#free -= places;
    else await this.#turn(signal, places);
    return Array.from({ length: places }, () => this.#place());
  }

  #place(): Disposable {
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#free += 1;
        this.#admit();
      },
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && next.places <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.places;
      next.go();
    }
  }

  #turn(signal: AbortSignal, places: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        places,
        go: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        this.#admit();
      };
      this.#waiting.push(waiting);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
