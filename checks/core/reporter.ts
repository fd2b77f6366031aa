import type { Reading } from "./reading.ts";

/** Passes on readings whose verdict is new; `final` passes on any that was not told yet. */
export class Reporter {
  readonly #told = new Map<string, Reading>();
  readonly #onReading: ((reading: Reading) => void) | undefined;

  constructor(onReading: ((reading: Reading) => void) | undefined) {
    this.#onReading = onReading;
  }

  take(reading: Reading): void {
    if (this.#told.get(reading.check)?.verdict !== reading.verdict) this.final(reading);
  }

  final(reading: Reading): void {
    if (this.#told.get(reading.check) === reading) return;
    this.#told.set(reading.check, reading);
    this.#onReading?.(reading);
  }
}
