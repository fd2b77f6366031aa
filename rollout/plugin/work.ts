/** The engine's calls under way: a cancel reaches all of them, and nobody leaves in the middle of one. */
export class Work {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  readonly #onCall: () => void;

  /** @param onCall told of every call before it is begun */
  constructor(onCall: () => void = () => undefined) {
    this.#onCall = onCall;
  }

  /** Runs one call, with the signal by which it is cancelled. */
  async run<T>(call: (cancel: AbortSignal) => Promise<T>): Promise<T> {
    this.#onCall();
    const controller = new AbortController();
    const running = call(controller.signal);
    this.#running.set(controller, running);
    try {
      return await running;
    } finally {
      this.#running.delete(controller);
    }
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  /** Asks all of them to end, and returns at once. `why` is what each says of its end. */
  cancel(why: string): void {
    for (const controller of this.#running.keys()) controller.abort(new Error(why));
  }

  /** Resolves when nothing is under way any more. */
  async over(): Promise<void> {
    while (!this.idle) await Promise.allSettled(this.#running.values());
  }
}
